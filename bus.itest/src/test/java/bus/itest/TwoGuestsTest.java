package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

/** One vport process, two buses, a guest on each: a UML one that dies, and another. */
@Tag("guest")
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class TwoGuestsTest {

	@EachLinux
	void twoGuests_oneDies_theOtherGoesOn(GuestKind other) throws Exception {
		try (var host = new GuestHost(TwoGuestsTest.class, "uml-" + other)) {
			var files = host.configuration();
			var mortalSocket = files.bus("mortal", 7);
			var otherSocket = files.bus("other", 3);
			var mortalLink = files.console("mortal-console", "mortal");
			var otherLink = files.console("other-console", "other");
			files.socket("mortal-data", "mortal");
			var otherData = files.socket("other-data", "other");
			host.start();
			var mortal = host.boot(GuestKind.UML, mortalSocket, 7);
			host.boot(other, otherSocket, 3);
			var mortalConsole = host.login(mortalLink);
			var otherConsole = host.login(otherLink);
			assertEquals("org.vport.mortal-console\norg.vport.mortal-data", names(mortalConsole));
			assertEquals("org.vport.other-console\norg.vport.other-data", names(otherConsole));

			try (var client = PortClient.connect(otherData)) {
				otherConsole.run("(i=0; while [ ! -e /tmp/stop ]; do i=$((i + 1)); echo $i; done"
						+ " >/dev/virtio-ports/org.vport.other-data) &");
				assertEquals("1", client.line());
				mortal.kill();
				awaitGone(host, "mortal");
				for (int i = 2; i <= 1000; i++)
					assertEquals(String.valueOf(i), client.line());
			}
			assertEquals("alive", otherConsole.run("touch /tmp/stop; echo alive"));

			int before = mortalConsole.position();
			host.boot(GuestKind.UML, mortalSocket, 7);
			mortalConsole.loginAgain(before);
			assertEquals("org.vport.mortal-console\norg.vport.mortal-data", names(mortalConsole));
			assertEquals("org.vport.other-console\norg.vport.other-data", names(otherConsole));
			host.assertComplaints();
		}
	}

	private static String names(GuestConsole console) throws Exception {
		return console.run("cat /sys/class/virtio-ports/*/name | sort");
	}

	private static void awaitGone(GuestHost host, String bus) throws Exception {
		host.vport().await(vport -> vport.err().stream().anyMatch(line -> line.endsWith(gone(bus))), gone(bus));
	}

	private static String gone(String bus) {
		return "bus " + bus + ": the virtual machine has gone";
	}
}
