package port.socket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Several clients of one port. */
@Timeout(60)
class FanOutTest {
	/** Much more than queues and sockets hold. */
	private static final int MANY = 8 << 20;
	@TempDir
	Path folder;

	private SocketPort port(String slow) {
		return Configs.port("listen", "unix:" + folder.resolve("x.sock"), "clients", "fanout", "max__clients", 3, "slow",
				slow, "slow__seconds", 1);
	}

	private static byte[] random() {
		var bytes = new byte[MANY];
		new Random(7).nextBytes(bytes);
		return bytes;
	}

	private static <T> FutureTask<T> start(Callable<T> task) {
		var future = new FutureTask<>(task);
		Thread.ofPlatform().daemon().start(future);
		return future;
	}

	private static List<SocketChannel> clients(Bench bench, int count) throws Exception {
		var clients = new ArrayList<SocketChannel>();
		for (int i = 0; i < count; i++)
			clients.add(bench.connect());
		bench.awaitFigure("clients", count);
		return clients;
	}

	@Test
	void guestsBytes_reachAll_andWhatAnySaysReachesTheGuest() throws Exception {
		var bytes = random();
		try (var bench = new Bench(folder)) {
			var guest = bench.plug(port("hold"));
			var clients = clients(bench, 3);
			var read = clients.stream().map(it -> start(() -> Bench.read(it, MANY))).toList();
			guest.writeFully(bytes, Bench.PATIENCE);
			for (var each : read)
				assertArrayEquals(bytes, each.get(20, TimeUnit.SECONDS));
			for (var client : clients) {
				Bench.say(client, "mine");
				Bench.assertHears(guest, "mine");
			}
			for (var client : clients)
				client.close();
			bench.awaitFigure("clients", 0);
			assertTrue(guest.awaitHostConnected(false, Bench.PATIENCE), "the port is closed without a client");
		}
	}

	@Test
	void slowClient_drop_isDroppedAndTheOthersHaveAll() throws Exception {
		var bytes = random();
		try (var bench = new Bench(folder)) {
			var guest = bench.plug(port("drop"));
			var clients = clients(bench, 3);
			var read = clients.stream().limit(2).map(it -> start(() -> Bench.read(it, MANY))).toList();
			guest.writeFully(bytes, Bench.PATIENCE);
			for (var each : read)
				assertArrayEquals(bytes, each.get(20, TimeUnit.SECONDS));
			assertEquals(2, bench.figure("clients"));
			assertEquals(1L, bench.figure("dropped as slow"));
		}
	}

	@Test
	void slowClient_hold_theGuestWaitsAndNothingIsLost() throws Exception {
		var bytes = random();
		try (var bench = new Bench(folder)) {
			var guest = bench.plug(port("hold"));
			var clients = clients(bench, 2);
			var read = start(() -> Bench.read(clients.getFirst(), MANY));
			var written = start(() -> {
				guest.writeFully(bytes, Bench.PATIENCE);
				return true;
			});
			bench.awaitThrottled();
			assertFalse(written.isDone());
			assertArrayEquals(bytes, Bench.read(clients.getLast(), MANY));
			assertArrayEquals(bytes, read.get(20, TimeUnit.SECONDS));
			assertTrue(written.get(20, TimeUnit.SECONDS));
			assertEquals(2, bench.figure("clients"));
		}
	}

	@Test
	void port_updated_clientsInTheMidst_loseNothing() throws Exception {
		var bytes = random();
		try (var bench = new Bench(folder)) {
			var guest = bench.plug(port("hold"));
			var clients = clients(bench, 3);
			var written = start(() -> {
				guest.writeFully(bytes, Bench.PATIENCE);
				return true;
			});
			bench.awaitThrottled();
			bench.hold();
			bench.plug(port("hold"));
			bench.awaitFigure("clients", 3);
			var read = clients.stream().map(it -> start(() -> Bench.read(it, MANY))).toList();
			for (var each : read)
				assertArrayEquals(bytes, each.get(20, TimeUnit.SECONDS));
			assertTrue(written.get(20, TimeUnit.SECONDS));
		}
	}

	@Test
	void oneTooMany_waitsUntilAnotherHasGone() throws Exception {
		try (var bench = new Bench(folder)) {
			var guest = bench.plug(port("hold"));
			var clients = clients(bench, 3);
			try (var fourth = bench.connect()) {
				Bench.write(guest, "a");
				for (var client : clients)
					Bench.assertSays("a", client);
				clients.getFirst().close();
				Bench.until("the fourth", () -> ((Long) bench.figure("accepted")) == 4);
				Bench.write(guest, "b");
				Bench.assertSays("b", fourth);
			}
		}
	}
}
