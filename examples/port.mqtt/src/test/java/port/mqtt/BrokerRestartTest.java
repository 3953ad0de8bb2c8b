package port.mqtt;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import guest.driver.GuestSidePort;
import port.testkit.TestBus;

/** A broker is stopped and started again while lines are under way in both directions. */
@Timeout(120)
class BrokerRestartTest {
	private static final Duration PATIENCE = Duration.ofSeconds(60);
	private static final int LINES = 6000;
	private static final int RESTARTS = 3;

	@TempDir
	Path folder;

	private final StringBuilder atPeer = new StringBuilder();
	private final StringBuilder atGuest = new StringBuilder();

	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void broker_restartedInTheMidst_qosIsKept(int qos) throws Exception {
		try (var broker = new Broker(Files.createDirectory(folder.resolve("broker"))); var bus = new TestBus(folder)) {
			bus.plug("mqtt", false, Configured.port(broker.address(), "out", "in", qos));
			var guest = bus.guest("mqtt");
			guest.open();
			try (var peer = broker.peer("out", "in", qos)) {
				peer.sayUntilHeard("begin");
				converse(guest, peer, broker);
			}
		}
		var fromGuest = check("from the guest", atPeer, lines("g"), qos == 2);
		var toGuest = check("to the guest", atGuest, begun(lines("p")), qos == 2);
		System.out.println("qos=" + qos + ": " + RESTARTS + " restarts, from the guest " + fromGuest
				+ " lines came twice, to the guest " + toGuest);
	}

	private static List<String> lines(String from) {
		return IntStream.range(0, LINES).mapToObj(i -> from + i).toList();
	}

	private static List<String> begun(List<String> lines) {
		var all = new ArrayList<>(List.of("begin"));
		all.addAll(lines);
		return all;
	}

	private void converse(GuestSidePort guest, Peer peer, Broker broker) throws Exception {
		var fromGuest = ByteBuffer.wrap((String.join("\n", lines("g")) + "\n").getBytes(US_ASCII));
		var fromPeer = ByteBuffer.wrap((String.join("\n", lines("p")) + "\n").getBytes(US_ASCII));
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		int restarts = 0;
		while (!has(atPeer, "g" + (LINES - 1)) || !has(atGuest, "p" + (LINES - 1))) {
			assertTrue(System.nanoTime() - deadline < 0,
					() -> "peer has " + tail(atPeer) + ", guest has " + tail(atGuest));
			int count = guest.writeNow(fromGuest.array(), fromGuest.position(), Math.min(100, fromGuest.remaining()));
			fromGuest.position(fromGuest.position() + Math.max(0, count));
			if (fromPeer.hasRemaining())
				peer.write(fromPeer);
			boolean idle = !hear(peer, atPeer) & !read(guest, atGuest);
			if (restarts < RESTARTS && atPeer.length() > fromGuest.capacity() * (restarts + 1) / (RESTARTS + 1)) {
				restarts++;
				broker.stop();
				idle = false;
				broker.start();
			}
			if (idle)
				Thread.onSpinWait();
		}
		assertEquals(RESTARTS, restarts);
	}

	private static boolean has(StringBuilder text, String line) {
		return text.lastIndexOf(line + "\n") >= 0;
	}

	private static String tail(StringBuilder text) {
		return text.substring(Math.max(0, text.length() - 40));
	}

	private static boolean hear(Peer peer, StringBuilder into) {
		var bytes = ByteBuffer.allocate(4096);
		peer.read(bytes);
		into.append(US_ASCII.decode(bytes.flip()));
		return bytes.limit() > 0;
	}

	private static boolean read(GuestSidePort guest, StringBuilder into) throws IOException {
		var bytes = new byte[4096];
		int count = Math.max(0, guest.readNow(bytes, 0, bytes.length));
		into.append(new String(bytes, 0, count, US_ASCII));
		return count > 0;
	}

	/** All lines are there, in their order; answers how many came more than once. */
	private static int check(String way, StringBuilder text, List<String> expected, boolean once) {
		var came = text.toString().lines().toList();
		var distinct = new ArrayList<>(new LinkedHashSet<>(came));
		assertEquals(expected.size(), distinct.size(), way);
		assertEquals(expected, distinct, way);
		if (once)
			assertEquals(expected, came, way);
		return came.size() - distinct.size();
	}
}
