package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** What an operator does in the shell and in the configuration folder while a guest runs, and what the guest sees. */
@Tag("guest")
@Timeout(value = 90, unit = TimeUnit.SECONDS)
@TestInstance(Lifecycle.PER_CLASS)
class ShellWhileGuestRunsTest {
	private static final String NAMES = "cat /sys/class/virtio-ports/*/name | sort";
	private static final String LINKS = "ls /dev/virtio-ports";

	private record Machine(GuestHost host, GuestConsole console, Path log) {
	}

	private final Machines<Machine> machines = new Machines<>(ShellWhileGuestRunsTest.class,
			ShellWhileGuestRunsTest::boot);

	private static Machine boot(GuestKind kind, GuestHost host) throws Exception {
		var files = host.configuration();
		var socket = files.bus("vm1", 7);
		files.bus("empty", 7);
		var link = files.console("console", "vm1");
		files.write("port.socket-fixed", "bus=vm1", "name=org.vport.fixed", "id=5",
				"listen=unix:" + files.path("fixed.sock"));
		var log = files.file("log", "vm1");
		host.startOnTerminal();
		host.vport().await(vport -> vport.out().stream().anyMatch(line -> line.startsWith("vport> ")), "prompt");
		host.boot(kind, socket, 7);
		return new Machine(host, host.login(link), log);
	}

	@AfterAll
	void end() throws Exception {
		try (var ended = machines) {
			for (var host : ended.hosts()) {
				assertEquals(0, host.vport().leave());
				host.assertComplaints("port.file-log.cfg: unknown kind port.file", "port.file-same-id",
						"port.file-same-name", "port.file-far", "port.file-nowhere", "port.file-zero",
						"vm1: closes under a virtual machine");
			}
		}
	}

	@EachLinux
	void portFile_uninstalledAndInstalled_portGoesAndComes(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		var console = machine.console();
		var vport = machine.host().vport();
		write(machine, "first\n");
		var id = vport.ask("lb", "^ +(\\d+)\\|Active +\\| +\\d+\\|port\\.file ").group(1);
		vport.type("uninstall " + id);
		console.awaitOutput(NAMES, "org.vport.log", false);
		console.awaitOutput(LINKS, "org.vport.log", false);

		var fresh = vport.ask("install file:" + jar("port.file"), "^Bundle ID: (\\d+)").group(1);
		vport.type("start " + fresh);
		console.awaitOutput(NAMES, "org.vport.log", true);
		console.awaitOutput(LINKS, "org.vport.log", true);
		write(machine, "second\n");
		assertTrue(Files.readString(machine.log()).endsWith("first\nsecond\n"));
	}

	@EachLinux
	void portsThatCannotBe_refusedInQemusWords_restGoesOn(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		var console = machine.console();
		var vport = machine.host().vport();
		var names = console.run(NAMES);
		var refused = Map.of("same-id", List.of("bus=vm1", "name=org.vport.same-id", "id=5"), //
				"same-name", List.of("bus=vm1", "name=org.vport.fixed"), //
				"far", List.of("bus=vm1", "name=org.vport.far", "id=7"), //
				"nowhere", List.of("bus=vm9", "name=org.vport.nowhere"), //
				"zero", List.of("bus=empty", "name=org.vport.zero", "id=0"));
		var files = machine.host().configuration();
		for (var port : refused.entrySet())
			files.write("port.file-" + port.getKey(), String.join("\n", port.getValue()),
					"path=" + files.path("refused.out"));
		var list = vport.listWhen(text -> refused.keySet().stream().allMatch(port -> !problem(text, port).isEmpty()));
		assertEquals("virtio-serial-bus: A port already exists at id 5", problem(list, "same-id"));
		assertEquals("virtio-serial-bus: A port already exists by name org.vport.fixed", problem(list, "same-name"));
		assertEquals("virtio-serial-bus: Out-of-range port id specified, max. allowed: 6 (id=7; ports=7 on this bus)",
				problem(list, "far"));
		assertEquals("no bus vm9; buses: empty, vm1", problem(list, "nowhere"));
		assertEquals("Port number 0 on virtio-serial devices reserved for virtconsole devices for backward"
				+ " compatibility.", problem(list, "zero"));
		assertEquals(names, console.run(NAMES));
		write(machine, "goes on\n");
		for (var port : refused.keySet())
			files.remove("port.file-" + port);
		vport.listWhen(text -> refused.keySet().stream().noneMatch(text::contains));
		assertEquals(names, console.run(NAMES));
	}

	/** The line below that of the port, if it is not a port's. */
	private static String problem(String list, String label) {
		var lines = list.lines().toList();
		for (int i = 0; i < lines.size() - 1; i++)
			if (lines.get(i).contains(" " + label + " ") && lines.get(i + 1).startsWith(" "))
				return lines.get(i + 1).strip();
		return "";
	}

	private static void write(Machine machine, String line) throws Exception {
		long before = Files.size(machine.log());
		machine.console().run("echo " + line.strip() + " >/dev/virtio-ports/org.vport.log");
		machine.host().vport().await(vport -> Files.size(machine.log()) == before + line.length(),
				"line in the port's file");
	}

	private static Path jar(String bundle) throws IOException {
		var built = VportProcess.root().resolve(bundle).resolve("target");
		try (var jars = Files.newDirectoryStream(built, bundle + "-*.jar")) {
			return jars.iterator().next();
		}
	}
}
