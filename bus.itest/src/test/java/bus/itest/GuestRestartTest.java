package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** The guest or its driver starts anew and finds its ports again. For a reboot UML connects anew, QEMU does not. */
@Tag("guest")
@Timeout(value = 90, unit = TimeUnit.SECONDS)
@TestInstance(Lifecycle.PER_CLASS)
class GuestRestartTest {
	private record Machine(GuestHost host, GuestConsole console, Path data, Path log) {
	}

	private final Machines<Machine> machines = new Machines<>(GuestRestartTest.class, GuestRestartTest::boot);

	private static Machine boot(GuestKind kind, GuestHost host) throws Exception {
		var files = host.configuration();
		var socket = files.bus("vm1", 7);
		var link = files.console("console", "vm1");
		var data = files.socket("data", "vm1");
		var log = files.file("log", "vm1");
		host.start();
		host.boot(kind, socket, 7);
		return new Machine(host, host.login(link), data, log);
	}

	@AfterAll
	void end() throws Exception {
		machines.close();
	}

	@AfterEach
	void nothingToWorryAbout() throws Exception {
		machines.assertNoComplaints();
	}

	@EachLinux
	void reboot_portsComeBack_nothingSentIsLost(GuestKind kind) throws Exception {
		restart(machines.of(kind), "reboot -f");
	}

	@EachLinux
	void driver_unboundAndBound_portsComeBack_nothingSentIsLost(GuestKind kind) throws Exception {
		restart(machines.of(kind), "rebind");
	}

	@EachLinux
	void driver_unboundAndBoundTenTimes_portsComeBack(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		for (int i = 0; i < 10; i++)
			loseConsole(machine.console(), "rebind");
		checkPorts(machine);
	}

	private static void restart(Machine machine, String command) throws Exception {
		var port = "/dev/virtio-ports/org.vport.data";
		try (var client = PortClient.connect(machine.data())) {
			client.send("sent before\n");
			loseConsole(machine.console(), command);
			client.send("sent after\n");
			// a read answers 0 until the guest has heard of the client
			assertEquals("sent before\nsent after",
					machine.console().run("until head -n 2 " + port
							+ " >/tmp/got && [ -s /tmp/got ]; do usleep 10000; done; cat /tmp/got"));
			machine.console().run("echo back again >" + port);
			assertEquals("back again", client.line());
		}
		checkPorts(machine);
	}

	private static void checkPorts(Machine machine) throws Exception {
		assertEquals("org.vport.console\norg.vport.data\norg.vport.log",
				machine.console().run("cat /sys/class/virtio-ports/*/name | sort"));
		long before = Files.size(machine.log());
		machine.console().run("echo still written >/dev/virtio-ports/org.vport.log");
		machine.host().vport().await(vport -> Files.size(machine.log()) == before + "still written\n".length(),
				"line in the port's file");
	}

	private static void loseConsole(GuestConsole console, String command) throws Exception {
		int before = console.position();
		console.type(command + "\n");
		console.loginAgain(before);
	}
}
