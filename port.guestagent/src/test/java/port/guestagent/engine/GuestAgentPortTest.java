package port.guestagent.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import port.guestagent.AgentErrorException;
import port.guestagent.AgentException;
import port.guestagent.AgentInterruptedException;
import port.guestagent.AgentLostException;
import port.guestagent.AgentState;
import port.guestagent.AgentTimeoutException;
import port.guestagent.GuestAgent;
import port.guestagent.GuestCommand;
import port.guestagent.GuestCommand.Way;
import port.guestagent.GuestInterface;
import port.testkit.TestBus;

/** Typed calls, programs and files, by way of a bus and a driver; the agent executes them on this machine. */
@Timeout(90)
class GuestAgentPortTest {
	private static final String NAME = "org.qemu.guest_agent.0";
	private static final Duration PATIENCE = Duration.ofSeconds(30);

	@TempDir
	private Path folder;
	private TestBus bus;
	private GuestAgentPort port;
	private AgentProcess process;
	private GuestAgent agent;

	@BeforeEach
	void begin() throws Exception {
		bus = new TestBus(folder);
		port = new GuestAgentPort(new Configured());
		bus.plug(NAME, false, port);
		process = new AgentProcess(bus.guest(NAME));
		agent = port.agent("test").within(PATIENCE);
		await(() -> agent.status().state() == AgentState.READY);
	}

	@AfterEach
	void end() throws IOException {
		process.close();
		bus.close();
	}

	private static void await(Callable<Boolean> condition) throws Exception {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		while (!condition.call()) {
			assertTrue(System.nanoTime() - deadline < 0, "never became true");
			LockSupport.parkNanos(1_000_000);
		}
	}

	private static List<Path> leftInTmp() throws IOException {
		try (var files = Files.newDirectoryStream(Path.of("/tmp"), "vport-[0-9a-f]*")) {
			var left = new ArrayList<Path>();
			files.forEach(left::add);
			return left.stream().filter(path -> path.getFileName().toString().length() == 38).toList();
		}
	}

	@Test
	void answers_areOfTheirTypes() throws Exception {
		process.agent.on("guest-get-osinfo", "{\"return\": {\"id\": \"debian\", \"pretty-name\": \"Debian 12\","
				+ " \"machine\": \"x86_64\"}}");
		process.agent.on("guest-network-get-interfaces", "{\"return\": [{\"name\": \"eth0\", \"ip-addresses\":"
				+ " [{\"ip-address\": \"10.0.0.2\", \"ip-address-type\": \"ipv4\", \"prefix\": 24}]},"
				+ " {\"name\": \"lo\"}]}");
		process.agent.on("guest-get-fsinfo", "{\"return\": [{\"name\": \"vda1\", \"mountpoint\": \"/\", \"type\":"
				+ " \"ext4\", \"used-bytes\": 5000000000, \"total-bytes\": 9000000000, \"disk\": []}]}");
		process.agent.on("guest-get-users",
				"{\"return\": [{\"user\": \"ann\", \"login-time\": 1700000000.25}]}");
		process.agent.on("guest-get-time", "{\"return\": 1700000000000000001}");
		process.agent.on("guest-get-host-name", "{\"return\": {\"host-name\": \"vm1\"}}");
		process.agent.on("guest-ssh-get-authorized-keys", "{\"return\": {\"keys\": [\"ssh-ed25519 A\"]}}");
		agent.info(); // it has learned since it was asked
		agent.ping();
		assertEquals("Debian 12", agent.os().prettyName());
		assertEquals("", agent.os().version());
		assertEquals(List.of(new GuestInterface("eth0", "", List.of(new GuestInterface.Address("10.0.0.2", 24))),
				new GuestInterface("lo", "", List.of())), agent.interfaces());
		assertEquals(5_000_000_000L, agent.fileSystems().getFirst().usedBytes());
		assertEquals(Instant.ofEpochSecond(1_700_000_000, 250_000_000), agent.users().getFirst().login());
		assertEquals(Instant.ofEpochSecond(1_700_000_000, 1), agent.time());
		assertEquals("vm1", agent.hostName());
		assertEquals(List.of("ssh-ed25519 A"), agent.authorizedKeys("root"));
		assertEquals(3, agent.freeze(List.of()));
		assertTrue(agent.frozen());
		assertEquals(3, agent.thaw());
		agent.shutdown(GuestAgent.Shutdown.POWERDOWN);
		assertEquals("[{\"user\":\"ann\",\"login-time\":1.70000000025E9}]", agent.raw("guest-get-users", ""));
	}

	@Test
	void arguments_ofEachCall_areAsTheAgentWantsThem() throws Exception {
		var heard = new ArrayList<String>();
		for (var command : List.of("guest-set-time", "guest-set-user-password", "guest-ssh-add-authorized-keys",
				"guest-ssh-remove-authorized-keys", "guest-fsfreeze-freeze-list", "guest-shutdown"))
			process.agent.on(command, request -> {
				heard.add(Json.text(request.path("arguments")));
				return ScriptedAgent.text("{\"return\": {}}");
			});
		agent.info();
		agent.setTime(Instant.ofEpochSecond(1, 5));
		agent.setPassword("ann", "p\"w", false);
		agent.addAuthorizedKeys("ann", List.of("ssh-ed25519 \"A\""), true);
		agent.removeAuthorizedKeys("ann", List.of("k"));
		agent.shutdown(GuestAgent.Shutdown.REBOOT);
		agent.freeze(List.of("/srv"));
		assertEquals(List.of("{\"time\":1000000005}",
				"{\"username\":\"ann\",\"password\":\"cCJ3\",\"crypted\":false}",
				"{\"username\":\"ann\",\"keys\":[\"ssh-ed25519 \\\"A\\\"\"],\"reset\":true}",
				"{\"username\":\"ann\",\"keys\":[\"k\"]}", "{\"mode\":\"reboot\"}",
				"{\"mountpoints\":[\"/srv\"]}"), heard);
		assertThrows(IllegalArgumentException.class, () -> agent.raw("guest-ping", "[1]"));
	}

	@Test
	void agentsError_isItsOwnException() throws Exception {
		var error = assertThrows(AgentErrorException.class, () -> agent.read("/nowhere"));
		assertEquals("guest-file-open", error.command());
		assertEquals("GenericError", error.errorClass());
	}

	// ---- programs

	@Test
	void program_exitCodeAndBothStreams_comeApart() throws Exception {
		for (var way : Way.values()) {
			var output = new ByteArrayOutputStream();
			var errors = new ByteArrayOutputStream();
			var script = "echo \"$1\"; cat; echo bad >&2; exit 7";
			var command = GuestCommand.of("/bin/sh", "-c", script, "x", "a 'b\" $c")
					.input(ByteBuffer.wrap("typed".getBytes(UTF_8)));
			var exit = agent.exec(command.way(way), output, errors);
			assertEquals("a 'b\" $c\ntyped", output.toString(UTF_8), way.toString());
			assertEquals("bad\n", errors.toString(UTF_8));
			assertEquals(7, exit.code());
			assertEquals(output.size(), exit.outputBytes());
			assertEquals(4, exit.errorBytes());
		}
		await(() -> process.remembers() == 0);
		assertEquals(List.of(), leftInTmp());
	}

	@Test
	void program_endedBySignal_saysSo() throws Exception {
		var exit = agent.exec(GuestCommand.of("/bin/sh", "-c", "kill -15 $$"), OutputStream.nullOutputStream(),
				OutputStream.nullOutputStream());
		assertEquals(143, exit.code());
		assertEquals(15, exit.signal());
	}

	@Test
	void program_notThere_saysSoOnItsErrorStream() throws Exception {
		var errors = new ByteArrayOutputStream();
		var exit = agent.exec(GuestCommand.of("/no/such"), OutputStream.nullOutputStream(), errors);
		assertEquals(127, exit.code());
		assertTrue(errors.toString(UTF_8).contains("/no/such"), errors.toString(UTF_8));
	}

	@Test
	void program_inGuestWithoutShell_answersInTheReply() throws Exception {
		process.withoutShell = true;
		var output = new ByteArrayOutputStream();
		var exit = agent.exec(GuestCommand.of("/bin/echo", "hi"), output, OutputStream.nullOutputStream());
		assertEquals("hi\n", output.toString(UTF_8));
		assertEquals(0, exit.code());
	}

	/** Fifty mebibytes on one stream and some on the other, and nobody else waits for long. */
	@Test
	void program_withLargeOutput_comesWhole() throws Exception {
		int size = 50 << 20;
		var digest = MessageDigest.getInstance("SHA-256");
		long begun = System.nanoTime();
		var exit = agent.exec(
				GuestCommand.of("/bin/sh", "-c", "yes 0123456789 | head -c " + size + "; seq 100000 >&2"),
				new DigestOutputStream(OutputStream.nullOutputStream(), digest),
				OutputStream.nullOutputStream());
		double seconds = (System.nanoTime() - begun) / 1e9;
		System.out.printf("50 MiB of output in %.1f s, %.1f MiB/s%n", seconds, 50 / seconds);
		assertEquals(size, exit.outputBytes());
		assertEquals(588895, exit.errorBytes());
		var expected = MessageDigest.getInstance("SHA-256");
		for (int i = 0; i < size; i++)
			expected.update((byte) "0123456789\n".charAt(i % 11));
		assertEquals(HexFormat.of().formatHex(expected.digest()), HexFormat.of().formatHex(digest.digest()));
	}

	@Test
	void program_output_comesWhileItRuns() throws Exception {
		var seen = new AtomicReference<>("");
		var stop = folder.resolve("stop");
		var exit = agent.exec(
				GuestCommand.of("/bin/sh", "-c", "echo first; while [ ! -e \"$0\" ]; do sleep 0.05; done; echo last",
						stop.toString()),
				new OutputStream() {
					@Override
					public void write(int value) throws IOException {
						seen.updateAndGet(text -> text + (char) value);
						if (seen.get().equals("first\n"))
							Files.createFile(stop); // the program goes on only if this came
					}
				}, OutputStream.nullOutputStream());
		assertEquals("first\nlast\n", seen.get());
		assertEquals(0, exit.code());
	}

	@Test
	void program_runningTooLong_isKilledAndLeavesNothing() throws Exception {
		for (var way : List.of(Way.FILES, Way.REPLY)) {
			var mark = folder.resolve("pid" + way);
			var command = GuestCommand.of("/bin/sh", "-c", "echo $$ >\"$0\"; exec sleep 1000", mark.toString());
			assertThrows(AgentTimeoutException.class,
					() -> agent.exec(command.limit(Duration.ofMillis(400)).way(way), OutputStream.nullOutputStream(),
							OutputStream.nullOutputStream()));
			long pid = Long.parseLong(Files.readString(mark).strip());
			await(() -> ProcessHandle.of(pid).map(handle -> !handle.isAlive()).orElse(true));
		}
		await(() -> leftInTmp().isEmpty());
	}

	@Test
	void program_whoseReaderFails_isKilledAndLeavesNothing() throws Exception {
		var mark = folder.resolve("pid");
		assertThrows(IOException.class, () -> agent.exec(
				GuestCommand.of("/bin/sh", "-c", "echo $$ >\"$0\"; echo x; exec sleep 1000", mark.toString()),
				new OutputStream() {
					@Override
					public void write(int value) throws IOException {
						throw new IOException("full");
					}
				}, OutputStream.nullOutputStream()));
		long pid = Long.parseLong(Files.readString(mark).strip());
		await(() -> ProcessHandle.of(pid).map(handle -> !handle.isAlive()).orElse(true));
		await(() -> leftInTmp().isEmpty());
	}

	@Test
	void program_whoseStartHadNoAnswer_isKilledAndLeavesNothing() throws Exception {
		var mark = folder.resolve("pid");
		process.secretive = true;
		assertThrows(AgentTimeoutException.class,
				() -> agent.within(Duration.ofMillis(400)).exec(
						GuestCommand.of("/bin/sh", "-c", "echo $$ >\"$0\"; exec sleep 1000", mark.toString()),
						OutputStream.nullOutputStream(), OutputStream.nullOutputStream()));
		long pid = Long.parseLong(Files.readString(mark).strip());
		await(() -> ProcessHandle.of(pid).map(handle -> !handle.isAlive()).orElse(true));
		await(() -> leftInTmp().isEmpty());
	}

	// ---- files

	@Test
	void file_writtenAndRead_isTheSame() throws Exception {
		long seed = Long.getLong("vport.seed", System.nanoTime());
		System.out.println("vport.seed=" + seed);
		var bytes = new byte[5_000_000];
		new Random(seed).nextBytes(bytes);
		var path = folder.resolve("file");
		try (var output = agent.write(path.toString(), false)) {
			output.write(bytes, 0, 10);
			output.write(bytes, 10, bytes.length - 10);
		}
		assertArrayEquals(bytes, Files.readAllBytes(path));
		try (var output = agent.write(path.toString(), true)) {
			output.write('!');
		}
		try (var input = agent.read(path.toString())) {
			assertArrayEquals(bytes, input.readNBytes(bytes.length));
			assertEquals('!', input.read());
			assertEquals(-1, input.read());
		}
		await(() -> process.remembers() == 0);
	}

	// ---- many

	@Test
	void manyClients_onThreadsOfTheirs_eachGetsItsOwnAnswers() throws Exception {
		process.agent.on("guest-get-memory-blocks",
				request -> Json.text(Json.object().set("return", request.at("/arguments/who"))).getBytes(UTF_8));
		agent.info();
		var failures = new AtomicReference<Throwable>();
		var threads = new ArrayList<Thread>();
		for (int i = 0; i < 16; i++) {
			int who = i;
			threads.add(Thread.startVirtualThread(() -> {
				try {
					for (int j = 0; j < 50; j++)
						assertEquals("\"" + who + "/" + j + "\"", agent.as("client " + who).raw(
								"guest-get-memory-blocks", "{\"who\": \"" + who + "/" + j + "\"}"));
				} catch (AgentException | AssertionError e) {
					failures.set(e);
				}
			}));
		}
		for (var thread : threads)
			assertTrue(thread.join(PATIENCE));
		assertNull(failures.get());
	}

	// ---- comings and goings

	@Test
	void call_driverReloads_isLostAtOnceAndTheAgentComesBack() throws Exception {
		process.agent.on("guest-get-users", ScriptedAgent.MUTE);
		var failed = new AtomicReference<Exception>();
		var caller = Thread.startVirtualThread(
				() -> failed.set(assertThrows(IOException.class, () -> agent.within(Duration.ofHours(1)).users())));
		await(() -> process.agent.heard.contains("guest-get-users"));
		process.close();
		bus.driver().reload();
		assertTrue(caller.join(PATIENCE));
		assertEquals(AgentLostException.class, failed.get().getClass());
		process = new AgentProcess(bus.guest(NAME));
		await(() -> agent.status().state() == AgentState.READY);
		agent.ping();
	}

	/** The agent notices nothing; the new instance learns what it knew, and what is frozen stays guarded. */
	@Test
	void bundle_updated_agentIsReadyAgain() throws Exception {
		agent.freeze(List.of());
		for (int i = 0; i < 3; i++) {
			bus.bus().hold(port);
			port = new GuestAgentPort(new Configured());
			bus.plug(NAME, false, port);
			agent = port.agent("test").within(PATIENCE);
			await(() -> agent.status().state() == AgentState.READY);
			assertTrue(agent.status().frozen().isPresent());
			agent.ping();
		}
	}

	@Test
	void guest_saysMegabytesOfNothing_thenTheAgentWorks() throws Exception {
		process.close();
		var guest = bus.guest(NAME);
		guest.open();
		var random = new byte[64 << 10];
		for (int i = 0; i < 128; i++) {
			new Random(i).nextBytes(random);
			guest.writeFully(random, PATIENCE);
		}
		guest.close();
		process = new AgentProcess(guest);
		await(() -> agent.status().state() == AgentState.READY);
		agent.ping();
	}

	@Test
	void call_threadInterrupted_givesUp() throws Exception {
		process.agent.on("guest-get-users", ScriptedAgent.MUTE);
		var caller = Thread.ofPlatform().daemon().start(() -> {
			assertThrows(AgentInterruptedException.class, () -> agent.within(Duration.ofHours(1)).users());
			assertTrue(Thread.currentThread().isInterrupted());
		});
		await(() -> process.agent.heard.contains("guest-get-users"));
		caller.interrupt();
		assertTrue(caller.join(PATIENCE));
		agent.ping();
	}

	@Test
	void port_unpluggedAndPluggedAgain_goesOn() throws Exception {
		bus.bus().unplug(port);
		assertEquals(AgentState.NO_PORT, agent.status().state());
		process.close();
		bus.plug(NAME, false, port);
		process = new AgentProcess(bus.guest(NAME));
		await(() -> agent.status().state() == AgentState.READY);
		agent.ping();
		assertFalse(port.figures().isEmpty());
	}
}
