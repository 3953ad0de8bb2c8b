package port.guestagent.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import bus.api.PortRefusedException;
import port.guestagent.AgentState;
import port.testkit.TestBus;

/** Programs at the raw socket, by way of a bus and a driver. */
@Timeout(90)
class RawSocketTest {
	private static final String NAME = "org.qemu.guest_agent.0";
	private static final String PING = "{\"execute\": \"guest-ping\"}\n";
	private static final Duration PATIENCE = Duration.ofSeconds(30);

	@TempDir
	private Path folder;
	private TestBus bus;
	private GuestAgentPort port;
	private AgentProcess process;

	@BeforeEach
	void begin() throws Exception {
		bus = new TestBus(folder);
		port = new GuestAgentPort(new Configured(72, "unix:" + address()));
		bus.plug(NAME, false, port);
		process = new AgentProcess(bus.guest(NAME));
		await(() -> port.agent("test").status().state() == AgentState.READY);
	}

	@AfterEach
	void end() throws IOException {
		process.close();
		bus.close();
	}

	private Path address() {
		return folder.resolve("raw.sock");
	}

	private static void await(Callable<Boolean> condition) throws Exception {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		while (!condition.call()) {
			assertTrue(System.nanoTime() - deadline < 0, "never became true");
			LockSupport.parkNanos(1_000_000);
		}
	}

	private SocketChannel connect() throws IOException {
		return SocketChannel.open(UnixDomainSocketAddress.of(address()));
	}

	private static void say(SocketChannel client, String text) throws IOException {
		var bytes = ByteBuffer.wrap(text.getBytes(ISO_8859_1));
		while (bytes.hasRemaining())
			client.write(bytes);
	}

	/** Up to and with the end of the line; less, if the other end closes. */
	private static String line(SocketChannel client) throws IOException {
		var line = new StringBuilder();
		var next = ByteBuffer.allocate(1);
		while (line.indexOf("\n") < 0 && client.read(next.clear()) > 0)
			line.append((char) (next.get(0) & 0xFF));
		return line.toString();
	}

	private Object connected() {
		return port.figures().get("at the socket");
	}

	@Test
	void programs_atOnce_eachHearsItsOwn() throws Exception {
		try (var one = connect(); var other = connect()) {
			say(one, "\u00ff{\"execute\": \"guest-sync-delimited\", \"arguments\": {\"id\": 1}}\n" + PING);
			say(other, "{\"execute\": \"guest-sync\", \"arguments\": {\"id\": 2}}{\"execute\": \"nonsense\"}");
			assertEquals("\u00ff{\"return\":1}\n", line(one));
			assertEquals("{\"return\":2}\n", line(other));
			assertEquals("{\"return\": {}}\n", line(one));
			assertTrue(line(other).startsWith("{\"error\""));
			assertEquals(2, connected());
		}
		await(() -> connected().equals(0));
	}

	@Test
	void manyRequestsAtOnce_allAnswered_inOrder() throws Exception {
		try (var client = connect()) {
			var requests = new StringBuilder();
			for (int i = 0; i < 500; i++)
				requests.append(i % 2 == 0 ? "{\"execute\": \"guest-sync\", \"arguments\": {\"id\": " + i + "}}\n" : "oops\n");
			say(client, requests.toString());
			for (int i = 0; i < 500; i += 2) {
				assertEquals("{\"return\":" + i + "}\n", line(client));
				assertTrue(line(client).startsWith("{\"error\""));
			}
		}
	}

	@Test
	void programThatHasSaidAll_getsItsReply_thenTheEnd() throws Exception {
		try (var client = connect()) {
			say(client, PING);
			client.shutdownOutput();
			assertEquals("{\"return\": {}}\n", line(client));
			assertEquals("", line(client));
		}
	}

	@Test
	void programThatLeavesInMidCall_othersAreServedWhenItsCallHasEnded() throws Exception {
		process.agent.on("guest-slow", ScriptedAgent.MUTE);
		try (var client = connect()) {
			say(client, "{\"execute\": \"guest-slow\"}\n");
		}
		try (var client = connect()) {
			await(() -> { // behind a call that times out, and its own time may be up as well
				say(client, PING);
				return line(client).equals("{\"return\": {}}\n");
			});
		}
		await(() -> connected().equals(0));
	}

	@Test
	void moreProgramsThanPlaces_waitUntilOneLeaves() throws Exception {
		var clients = new ArrayList<SocketChannel>();
		for (int i = 0; i < RawSocket.CLIENTS; i++)
			clients.add(connect());
		await(() -> connected().equals(RawSocket.CLIENTS));
		try (var late = connect()) {
			say(late, PING);
			assertEquals(RawSocket.CLIENTS, connected());
			clients.getFirst().close();
			assertEquals("{\"return\": {}}\n", line(late));
		}
		for (var client : clients)
			client.close();
		await(() -> connected().equals(0));
	}

	@Test
	void portUnplugged_endsThem_andTakesTheSocketAway() throws Exception {
		process.agent.on("guest-slow", ScriptedAgent.MUTE);
		try (var idle = connect(); var waiting = connect()) {
			say(waiting, "{\"execute\": \"guest-slow\"}\n");
			await(() -> connected().equals(2));
			bus.bus().unplug(port);
			assertEquals("", line(idle));
			var last = line(waiting);
			assertTrue(last.isEmpty() || last.startsWith("{\"error\""), last);
			assertFalse(Files.exists(address()));
		}
	}

	@Test
	void addressThatAnybodyReaches_refused() throws Exception {
		for (var open : new String[] { "tcp:127.0.0.1:0", "unix:@vport-raw", "vsock:any:5000" }) {
			var e = assertThrows(PortRefusedException.class,
					() -> bus.plug("other", false, new GuestAgentPort(new Configured(72, open))));
			assertTrue(e.getMessage().contains("listen=" + open.substring(0, 3)), e.getMessage());
			assertTrue(e.getMessage().contains("; allowed: unix:PATH, "), e.getMessage());
		}
	}
}
