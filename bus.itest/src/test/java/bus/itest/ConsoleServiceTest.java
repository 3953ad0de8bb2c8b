package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Consoles of real guests, as people use them who come late, in numbers, over networks, and while things change. */
@Tag("guest")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@TestInstance(Lifecycle.PER_CLASS)
class ConsoleServiceTest {
	private static final String LOGIN = "vport-guest login: ";
	private static final String PROMPT = "vport-guest# ";
	private static final String END_OF_REPLAY = "\r\n[vport: end of what was said before]\r\n";
	private static final int PORTS = 7;

	@TempDir
	Path jars;

	/**
	 * A guest with three consoles.
	 *
	 * @param boot hvc0, where the kernel speaks; raw, with a log
	 * @param net hvc1, telnet
	 * @param term hvc2, a pseudo terminal
	 */
	private record Machine(GuestHost host, UnixDomainSocketAddress boot, InetSocketAddress net, Path term) {

		ConsoleClient client() throws IOException {
			return new ConsoleClient(boot);
		}
	}

	private final Machines<Machine> machines = new Machines<>(ConsoleServiceTest.class, ConsoleServiceTest::boot);

	private static Machine boot(GuestKind kind, GuestHost host) throws Exception {
		var files = host.configuration();
		var socket = files.bus("vm1", PORTS);
		var boot = files.path("boot.sock");
		var net = FreePort.find();
		files.write("port.console-boot", "bus=vm1", "id=0", "replay=1000000", "log=" + files.path("boot.log"),
				"record=" + host.logs().resolve("boot.cast"), "listen=unix:" + boot, "escape=^Ec");
		files.write("port.console-net", "bus=vm1", "id=1", "listen=tcp:127.0.0.1:" + net.getPort(), "protocol=telnet");
		files.write("port.console-term", "bus=vm1", "id=2", "link=" + files.path("term"));
		host.startOnTerminal("xterm");
		host.vport().resizeTerminal(90, 40);
		host.boot(kind, socket, PORTS, 1, "console=hvc0", kind.script().equals("uml") ? "console=tty0" : "console=ttyS0",
				"ignore_loglevel");
		return new Machine(host, UnixDomainSocketAddress.of(boot), net, files.path("term"));
	}

	@AfterAll
	void end() throws Exception {
		for (var host : machines.hosts())
			host.assertComplaints("unknown kind port.console"); // for a moment, while its bundle is being replaced
		machines.close();
	}

	/** Answers the place behind the prompt. */
	private static int login(ConsoleClient client, int from) throws Exception {
		int at = client.await(LOGIN, from);
		client.type("root\r");
		return client.await(PROMPT, at);
	}

	/** Somebody who comes when a shell may be there already. */
	private static int prompt(ConsoleClient client) throws Exception {
		int at = client.seen().length();
		client.type("\r");
		Await.until("a prompt in " + client, () -> client.seen().indexOf(PROMPT, at) >= 0
				|| client.seen().indexOf(LOGIN, at) >= 0);
		return client.seen().indexOf(PROMPT, at) >= 0 ? client.await(PROMPT, at) : login(client, at);
	}

	/** The output of a command; its echo ends with the same mark in quotes. */
	private static String run(ConsoleClient client, String command) throws Exception {
		int at = client.await("\r\nBEGIN\r\n", ask(client, command));
		int end = client.await("END\r\n", at);
		return client.seen().substring(at, end - "END\r\n".length());
	}

	private static int ask(ConsoleClient client, String command) throws IOException {
		int at = client.seen().length();
		client.type("echo BEG\"\"IN; " + command + "; echo E\"\"ND\r");
		return at;
	}

	@EachLinux
	void bootLog_readInFull_byWhoComesAfterTheBoot(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		var files = machine.host().configuration();
		machine.host().vport().await(vport -> Files.readString(files.path("boot.log"), StandardCharsets.ISO_8859_1)
				.contains(LOGIN), "a login in the log");
		try (var other = new ConsoleClient(machine.net())) {
			prompt(other);
			run(other, "dmesg >/dev/hvc0; sleep 1");
		}
		try (var late = machine.client()) {
			int end = late.await(END_OF_REPLAY, 0) - END_OF_REPLAY.length();
			var first = Pattern.compile("\r\n\\[vport: the last (\\d+) bytes that were said before]\r\n");
			var mark = first.matcher(late.seen());
			assertTrue(mark.lookingAt(), late.seen());
			var replay = late.seen().substring(mark.end(), end);
			assertEquals(Integer.parseInt(mark.group(1)), replay.length());
			Await.until("the log on the disk", () -> Files.size(files.path("boot.log")) >= replay.length());
			assertEquals(Files.readString(files.path("boot.log"), StandardCharsets.ISO_8859_1).substring(0,
					replay.length()), replay, "client and log have the same");
			prompt(late);
			var dmesg = run(late, "dmesg").split("\r\n");
			assertTrue(dmesg.length > 50);
			assertInOrder(dmesg, replay);
			Await.until("the end of the replay in a recording", () -> recording(machine).contains(LOGIN.strip()));
			System.out.println(kind + ": replay of " + replay.length() + " bytes with " + dmesg.length
					+ " lines of the kernel");
		}
	}

	/** In the folder of logs, for whoever wants to see it again. */
	private static String recording(Machine machine) throws IOException {
		try (var files = Files.newDirectoryStream(machine.host().logs(), "boot-*.cast")) {
			var all = new StringBuilder();
			for (var file : files)
				all.append(Files.readString(file));
			return all.toString();
		}
	}

	private static void assertInOrder(String[] lines, String text) {
		int at = 0;
		for (String line : lines) {
			int found = text.indexOf(line, at);
			assertTrue(found >= 0, () -> "not in the replay: " + line);
			at = found + line.length();
		}
	}

	@EachLinux
	void twoWatchersAndAWriter_takeOver_eachHearsAndOneTypes(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		try (var writer = machine.client(); var watcher = machine.client(); var spy = machine.client()) {
			writer.await("and write]", 0);
			int watching = watcher.await("and watch; ", 0);
			spy.await("and watch; ", 0);
			spy.type("\005cs");
			int spying = spy.await("you watch only; ", 0);
			prompt(writer);
			assertEquals("4", run(writer, "echo $((2+2))").strip());
			watcher.await("END\r\n", watcher.await("\r\nBEGIN\r\n4\r\n", watching));
			spy.await("END\r\n", spy.await("\r\nBEGIN\r\n4\r\n", spying));
			watcher.type("echo not\"\"hing\r");
			int told = watcher.await("you are watching, what you type goes nowhere; uid:", watching);
			watcher.type("\005cf");
			watcher.await("you write; watching: 2]", told);
			int sent = writer.await(" has taken the console; you are watching]", 0);
			writer.type("echo not\"\"hing\r");
			writer.await("you are watching, what you type goes nowhere", sent);
			assertEquals("9", run(watcher, "echo $((3*3))").strip());
			spy.await("\r\nBEGIN\r\n9\r\n", spying);
			assertFalse(spy.seen().contains("nothing"), spy.seen());
			assertTrue(machine.host().vport().ask("vport:show boot", "^ +writer +uid:").find(0));
			machine.host().vport().ask("vport:show boot", "^ +watching +2");
			watcher.type("\005c.");
			watcher.awaitEnd();
			writer.await(" has left the console; you write now]", sent);
			assertEquals("16", run(writer, "echo $((4*4))").strip());
		}
	}

	@EachLinux
	void windowOfTheWriter_isTheGuests_fromTelnetAndFromThePty(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		try (var client = new ConsoleClient(machine.net())) {
			client.await("\377\373\001", 0); // WILL ECHO
			client.send(naws(111, 44));
			prompt(client);
			Await.until("the size of the telnet window", () -> run(client, "stty size").strip().equals("44 111"));
			client.send(naws(0, 0));
			client.send(naws(132, 50));
			Await.until("the next size", () -> run(client, "stty size").strip().equals("50 132"));
		}
		var console = machine.host().console(machine.term());
		console.type("\n");
		console.login();
		var stty = new ProcessBuilder("stty", "-F", machine.term().toString(), "columns", "99", "rows", "33").inheritIO()
				.start();
		assertEquals(0, stty.waitFor());
		console.awaitOutput("stty size", "33 99", true);
	}

	private static byte[] naws(int columns, int rows) {
		return new byte[] { (byte) 255, (byte) 251, 31, (byte) 255, (byte) 250, 31, 0, (byte) columns, 0, (byte) rows,
				(byte) 255, (byte) 240 };
	}

	@EachLinux
	void telnetBreak_isSysrqOfTheKernel(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		try (var client = machine.client()) {
			int at = prompt(client);
			client.type("\017h"); // what BREAK becomes, on the console where the kernel speaks
			client.await("HELP :", at);
		}
	}

	@EachLinux
	void guest_reboots_everybodyStays(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		try (var raw = machine.client(); var watcher = machine.client(); var telnet = new ConsoleClient(machine.net())) {
			watcher.await("and watch; ", 0);
			telnet.await("and write]", 0);
			prompt(raw);
			int before = raw.seen().length();
			int watchersBefore = watcher.seen().length();
			int telnetsBefore = telnet.seen().length();
			raw.type("reboot -f\r");
			login(raw, before);
			watcher.await(LOGIN, watchersBefore);
			login(telnet, telnetsBefore);
			assertEquals("25", run(raw, "echo $((5*5))").strip());
		}
	}

	/** A newer bundle of the port comes while its guest runs: a jar in the folder, as an operator puts it there. */
	@EachLinux
	void bundle_updated_everybodyStays_andTheShellComesBack(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		var vport = machine.host().vport();
		var jar = BundleJar.built("port.console").version("9.0." + kind.ordinal(), jars).jar();
		try (var raw = machine.client(); var watcher = machine.client(); var telnet = new ConsoleClient(machine.net())) {
			watcher.await("and watch; ", 0);
			prompt(raw);
			prompt(telnet);
			vport.ask("vport:attach --spy boot", "and watch only; uid:.* writes; watching: 1 more\\]");
			raw.type("\005cs"); // the seat goes to who has waited longest
			watcher.await("you write now]", 0);
			var target = machine.host().configuration().path("port.console.jar");
			var unseen = Files.copy(jar, machine.host().configuration().path("port.console.jar.new"));
			int before = vport.out().size();
			Files.move(unseen, target, StandardCopyOption.ATOMIC_MOVE);
			vport.await(process -> process.out().stream().skip(before).anyMatch(line -> line.contains("and watch only; ")),
					"attach that came back");
			assertEquals("36", run(watcher, "echo $((6*6))").strip());
			raw.await("\r\nBEGIN\r\n36\r\n", 0);
			vport.await(process -> process.out().stream().skip(before).anyMatch(line -> line.strip().equals("36")),
					"what the guest said after the update");
			assertEquals("49", run(telnet, "echo $((7*7))").strip());
			vport.press("\035");
			vport.ask("echo here we are", "^here we are");
			vport.ask("vport:show net", "^ +writer +127.0.0.1:");
			vport.ask("vport:show boot", "^ +watching +1$");
		}
	}
}
