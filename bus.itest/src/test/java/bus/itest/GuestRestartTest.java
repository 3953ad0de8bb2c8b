package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The guest or its driver starts anew and finds its ports again. UML connects anew for a reboot, QEMU keeps the socket. */
@Tag("guest")
@Timeout(value = 90, unit = TimeUnit.SECONDS)
@ParameterizedClass
@EnumSource(Guest.Kind.class)
record GuestRestartTest(Guest.Kind kind) {
	private static GuestHost host;
	private static GuestConsole console;
	private static Path data;
	private static Path log;

	@BeforeParameterizedClassInvocation
	static void boot(Guest.Kind kind) throws Exception {
		host = new GuestHost(GuestRestartTest.class, kind.toString());
		var files = host.configuration();
		var socket = files.bus("vm1", 7);
		var link = files.console("console", "vm1");
		data = files.socket("data", "vm1");
		log = files.file("log", "vm1");
		host.start();
		host.boot(kind, socket, 7);
		console = host.login(link);
	}

	@AfterParameterizedClassInvocation
	static void end() throws Exception {
		host.close();
	}

	@AfterEach
	void nothingToWorryAbout() throws Exception {
		host.assertComplaints();
	}

	@Test
	void reboot_portsComeBack_nothingSentIsLost() throws Exception {
		restart("reboot -f");
	}

	@Test
	void driver_unboundAndBound_portsComeBack_nothingSentIsLost() throws Exception {
		restart("rebind");
	}

	@Test
	void driver_unboundAndBoundTenTimes_portsComeBack() throws Exception {
		for (int i = 0; i < 10; i++)
			loseConsole("rebind");
		checkPorts();
	}

	private void restart(String command) throws Exception {
		var port = "/dev/virtio-ports/org.vport.data";
		try (var client = PortClient.connect(data)) {
			client.send("sent before\n");
			loseConsole(command);
			client.send("sent after\n");
			// a read answers 0 until the guest has heard of the client
			assertEquals("sent before\nsent after",
					console.run("until head -n 2 %s >/tmp/got && [ -s /tmp/got ]; do usleep 10000; done; cat /tmp/got"
							.formatted(port)));
			console.run("echo back again >" + port);
			assertEquals("back again", client.line());
		}
		checkPorts();
	}

	private static void checkPorts() throws Exception {
		assertEquals("org.vport.console\norg.vport.data\norg.vport.log",
				console.run("cat /sys/class/virtio-ports/*/name | sort"));
		long before = Files.size(log);
		console.run("echo still written >/dev/virtio-ports/org.vport.log");
		host.vport().await(vport -> Files.size(log) == before + "still written\n".length(), "line in the port's file");
	}

	private static void loseConsole(String command) throws Exception {
		int before = console.position();
		console.type(command + "\n");
		console.loginAgain(before);
	}
}
