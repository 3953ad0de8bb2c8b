package bus.itest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;

/** Debian's qemu-ga in real guests, at the shell's agent commands and at the raw socket. */
@Tag("guest")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@TestInstance(Lifecycle.PER_CLASS)
class AgentGuestTest {
	private static final int THAW_AFTER_SECONDS = 8;
	private static final int MUCH = 50 << 20;
	/** The agent's process has the name of the loader that runs it. */
	private static final String KILL_AGENT = "kill -9 $(pidof ld-linux-x86-64.so.2)";

	private record Machine(GuestHost host, GuestConsole console, Path raw) {

		/** Until the next prompt: what is typed before it would be answered in the prompt's line. */
		String ask(String command, String answer) throws IOException, InterruptedException {
			var found = host.vport().ask(command, answer).group();
			host.vport().await(vport -> vport.out().getLast().equals("vport> "), "prompt after " + command);
			return found;
		}

		void awaitReady() throws IOException, InterruptedException {
			long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
			while (!ask("agent:list", "^vm1 .*$").contains("ready"))
				assertTrue(System.nanoTime() - deadline < 0, "the agent is not ready");
		}
	}

	private final Machines<Machine> machines = new Machines<>(AgentGuestTest.class, AgentGuestTest::boot);

	private static Machine boot(GuestKind kind, GuestHost host) throws Exception {
		var files = host.configuration();
		var socket = files.bus("vm1", 7);
		var link = files.console("console", "vm1");
		files.write("port.guestagent-ga", "bus=vm1", "thaw_after=" + THAW_AFTER_SECONDS,
				"listen=unix:" + files.path("ga.sock"));
		host.startOnTerminal();
		host.vport().await(vport -> vport.out().stream().anyMatch(line -> line.startsWith("vport> ")), "prompt");
		host.boot(kind, Guest.Image.AGENT, socket, 7, 1);
		var machine = new Machine(host, host.login(link), files.path("ga.sock"));
		machine.awaitReady();
		return machine;
	}

	@AfterAll
	void end() throws Exception {
		try (var ended = machines) {
			for (var host : ended.hosts()) {
				assertEquals(0, host.vport().leave());
				host.assertComplaints("vm1: closes under a virtual machine", "port.guestagent");
			}
		}
	}

	@EachLinux
	void looks_answerWhatTheGuestSaysOfItself(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		var kernel = machine.console().run("uname -r");
		machine.ask("agent:info vm1", "^version +10\\.");
		machine.ask("agent:osinfo vm1", "(?s)^host name +vport-guest$.*^system +vport guest 1$.*^kernel +" + kernel + "$");
		machine.ask("agent:network vm1", "^lo .* 127\\.0\\.0\\.1/8$");
		machine.ask("agent:fsinfo vm1", "^ram0 +/mnt +ext4 +15");
		machine.ask("agent:users vm1", "^root +20");
		machine.ask("agent:time --set vm1", "^20.* UTC, ");
		machine.ask("agent:ping vm1", "^ga answered in ");
		machine.ask("agent:ssh-keys --add vm1 root 'ssh-ed25519 AAAAtest a@b'", "^ssh-ed25519 AAAAtest a@b$");
		assertEquals("ssh-ed25519 AAAAtest a@b", machine.console().run("cat /root/.ssh/authorized_keys"));
		machine.ask("agent:raw vm1 guest-get-vcpus", "^\\[\\{.*\"online\":true");
	}

	@EachLinux
	void exec_outputErrorsInputAndCode(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		machine.ask("agent:exec vm1 -- sh -c 'echo o\"\"ut; echo e\"\"rr >&2; exit 3'",
				"(?s)(^out$.*^err$|^err$.*^out$).*ga: sh ended with exit code 3$");
		machine.ask("agent:exec --status vm1 -- sh -c 'exit 77'", "\\b77$");
		machine.ask("echo 12345 | agent:exec vm1 -- wc -c", "\\b6$");
		machine.ask("agent:exec vm1 -- sh -c 'kill -9 $$'", "ga: sh was ended by signal 9$");
		machine.ask("agent:exec --limit 1 vm1 -- sleep 50", "ga: .*sleep");
		machine.console().awaitOutput("pidof sleep", "1", false);
		machine.ask("agent:exec vm1 -- no-such-program", "ga: no-such-program ended with exit code 127$");
	}

	@Test
	void exec_50MiB_complete() throws Exception {
		var machine = machines.of(GuestKind.UML);
		var to = machine.host().configuration().path("much");
		long began = System.nanoTime();
		machine.ask("agent:exec vm1 -- sh -c 'seq 1 9000000 | head -c " + MUCH + "' > " + to + "; echo do\"\"ne", "^done$");
		long nanos = System.nanoTime() - began;
		assertEquals(Sha256.of(numbers(MUCH)), Sha256.of(Files.readAllBytes(to)));
		Figures.machine();
		Figures.print("agent:exec", "guest=uml bytes=%d seconds=%.1f MB/s=%.1f", MUCH, nanos / 1e9, MUCH * 1e3 / nanos);
	}

	private static byte[] numbers(int length) {
		var bytes = new ByteArrayOutputStream(length + 16);
		for (int i = 1; bytes.size() < length; i++)
			bytes.writeBytes((i + "\n").getBytes(UTF_8));
		return Arrays.copyOf(bytes.toByteArray(), length);
	}

	@EachLinux
	void file_thereAndBack_isTheSame(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		long seed = System.nanoTime();
		System.out.println("seed=" + seed);
		var bytes = new byte[3_000_001];
		new Random(seed).nextBytes(bytes);
		var files = machine.host().configuration();
		Files.write(files.path("there"), bytes);
		machine.ask("agent:put vm1 " + files.path("there") + " /tmp/there", "^/tmp/there: 3000001 bytes in .*$");
		var there = machine.console().run("sha256sum </tmp/there").split(" ")[0];
		assertEquals(Sha256.of(bytes), "3000001 bytes " + there);
		var back = machine.ask("agent:get vm1 /tmp/there " + files.path("back"),
				"(?s)3000001 bytes in .*^sha256 [0-9a-f]{64}$");
		assertTrue(back.endsWith(there), back);
		assertEquals(Sha256.of(bytes), Sha256.of(Files.readAllBytes(files.path("back"))));
		machine.console().run("rm /tmp/there");
	}

	/** The client that froze is a tool that crashed; a write in the guest hangs until somebody thaws. */
	@EachLinux
	void freeze_leftHanging_isThawedByTheWatchdog(GuestKind kind) throws Exception {
		var machine = machines.of(kind);
		try (var client = PortClient.connect(machine.raw())) {
			assertEquals("{\"return\": 1}", asked(client, "guest-fsfreeze-freeze"));
		}
		machine.ask("agent:list", "^vm1 +ga +ready +running +20");
		int before = machine.console().position();
		long began = System.nanoTime();
		machine.console().type("echo x >/mnt/hangs && sync && echo writ\"\"ten\n");
		machine.console().awaitText("written", before);
		Figures.print("watchdog", "guest=%s thaw_after=%d s, write hung %.1f s", kind, THAW_AFTER_SECONDS,
				(System.nanoTime() - began) / 1e9);
		machine.ask("agent:raw vm1 guest-fsfreeze-status", "^\"thawed\"$");
		machine.ask("vport:show ga", "^ +auto-thaws +[1-9]");
	}

	@Test
	void agentKilled_inMidCall_isSaid_andTheNextOneServes() throws Exception {
		var machine = machines.of(GuestKind.UML);
		machine.ask("agent:exec vm1 -- sh -c '" + KILL_AGENT + "; sleep 56'", "ga: .*$");
		machine.awaitReady();
		machine.ask("agent:exec vm1 -- echo b\"\"ack", "^back$");
	}

	@Test
	void guestReboots_inMidCall_isSaid_andTheNextOneServes() throws Exception {
		var machine = machines.of(GuestKind.QEMU);
		int before = machine.console().position();
		machine.ask("agent:exec vm1 -- sh -c 'reboot -f; sleep 57'", "ga: .*$");
		machine.console().loginAgain(before);
		machine.awaitReady();
		machine.ask("agent:exec vm1 -- echo b\"\"ack", "^back$");
		machine.ask("agent:users vm1", "^root +20");
	}

	/** Each believes to be the agent's only master, and hears its own replies alone. */
	@Test
	void rawClients_andTheShell_atOnce_eachHasItsOwn() throws Exception {
		var machine = machines.of(GuestKind.UML);
		var failures = new ConcurrentLinkedQueue<Throwable>();
		var threads = IntStream.range(0, 4).mapToObj(client -> Thread.ofPlatform().start(() -> {
			try (var raw = PortClient.connect(machine.raw())) {
				speak(raw, client);
			} catch (Throwable e) {
				failures.add(e);
			}
		})).toList();
		for (int i = 0; i < 5; i++)
			machine.ask("agent:exec vm1 -- echo shell-" + i, "^shell-" + i + "$");
		for (var thread : threads)
			thread.join();
		assertEquals(0, failures.size(), failures.toString());
		// one that leaves in the middle of a call, and one that speaks nonsense
		try (var raw = PortClient.connect(machine.raw())) {
			raw.send("{\"execute\": \"guest-get-disks\"}\n{\"execute\": \"gue".getBytes(UTF_8));
		}
		try (var raw = PortClient.connect(machine.raw())) {
			raw.send("nonsense\n".getBytes(UTF_8));
			assertTrue(raw.line().startsWith("{\"error\""));
			assertEquals("{\"return\": {}}", asked(raw, "guest-ping"));
		}
	}

	private static void speak(PortClient raw, int client) throws IOException {
		raw.send(new byte[] { (byte) 0xFF });
		raw.send("{\"execute\": \"guest-sync-delimited\", \"arguments\": {\"id\": %d}}\n".formatted(client).getBytes(UTF_8));
		assertEquals((byte) 0xFF, raw.receive(1)[0]);
		assertEquals("{\"return\":" + client + "}", raw.line());
		for (int i = 0; i < 50; i++) {
			int id = 1000 * client + i;
			raw.send("{\"execute\": \"guest-sync\", \"arguments\": {\"id\": %d}}\n".formatted(id).getBytes(UTF_8));
			assertEquals("{\"return\":" + id + "}", raw.line());
			raw.send("{\"execute\": \"guest-file-open\", \"arguments\": {\"path\": \"/none-%d\"}}\n".formatted(id)
					.getBytes(UTF_8));
			var answer = raw.line();
			assertTrue(answer.contains("/none-" + id + "'"), answer);
		}
	}

	private static String asked(PortClient raw, String command) throws IOException {
		raw.send(("{\"execute\": \"" + command + "\"}\n").getBytes(UTF_8));
		return raw.line();
	}

	@Test
	void script_endsWithTheGuestsExitCode() throws Exception {
		try (var host = new GuestHost(AgentGuestTest.class, "script")) {
			var files = host.configuration();
			var socket = files.bus("vm1", 7);
			files.write("port.guestagent-ga", "bus=vm1");
			var script = Files.writeString(files.path("test.gosh"), """
					until { (((agent:list) get 0) state) equals ready } { sleep 1 }
					agent:exec vm1 -- sh -c 'echo out; echo err >&2'
					agent:exec vm1 -- sh -c 'exit 7'
					echo never
					""").toRealPath();
			try (var vport = VportProcess.running(script, files.folder(), host.logs())) {
				vport.await(process -> Files.exists(socket), "socket of the bus");
				host.boot(GuestKind.UML, Guest.Image.AGENT, socket, 7, 1);
				assertEquals(7, vport.exitCode(), vport.err().toString());
				assertEquals("out", String.join(" ", vport.out()));
				assertTrue(vport.err().contains("err"), vport.err().toString());
				assertTrue(vport.err().contains("vport: " + script + ":3: ga: sh ended with exit code 7"),
						vport.err().toString());
			}
		}
	}
}
