package port.socket;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the guest's bytes while there is no client. */
@Timeout(60)
class AbsentTest {
	private static final int MANY = 3 << 20;
	@TempDir
	Path folder;

	private SocketPort port(Object... more) {
		var all = new Object[more.length + 2];
		System.arraycopy(more, 0, all, 0, more.length);
		all[more.length] = "listen";
		all[more.length + 1] = "unix:" + folder.resolve("x.sock");
		return Configs.port(all);
	}

	private static byte[] random(int length) {
		var bytes = new byte[length];
		new Random(7).nextBytes(bytes);
		return bytes;
	}

	private static FutureTask<Boolean> start(Callable<Boolean> task) {
		var future = new FutureTask<>(task);
		Thread.ofPlatform().daemon().start(future);
		return future;
	}

	@Test
	void closed_nobodyThere_theGuestSeesIt() throws Exception {
		try (var bench = new Bench(folder)) {
			var guest = bench.plug(port());
			assertFalse(guest.hostConnected());
			var client = bench.connect();
			assertTrue(guest.awaitHostConnected(true, Bench.PATIENCE));
			client.close();
			assertTrue(guest.awaitHostConnected(false, Bench.PATIENCE));
		}
	}

	@Test
	void hold_nobodyThere_theGuestWaitsAndNothingIsLost() throws Exception {
		var bytes = random(MANY);
		try (var bench = new Bench(folder)) {
			var guest = bench.plug(port("absent", "hold"));
			assertTrue(guest.awaitHostConnected(true, Bench.PATIENCE));
			var written = start(() -> {
				guest.writeFully(bytes, Bench.PATIENCE);
				return true;
			});
			bench.awaitThrottled();
			assertFalse(written.isDone());
			try (var client = bench.connect()) {
				assertArrayEquals(bytes, Bench.read(client, MANY));
				assertTrue(written.get(20, TimeUnit.SECONDS));
			}
			bench.awaitFigure("clients", 0);
			assertTrue(guest.hostConnected(), "the guest does not notice that clients come and go");
			Bench.write(guest, "later");
			try (var client = bench.connect()) {
				Bench.assertSays("later", client);
			}
		}
	}

	@Test
	void discard_nobodyThere_theGuestGoesOnAndItIsCounted() throws Exception {
		try (var bench = new Bench(folder)) {
			var guest = bench.plug(port("absent", "discard"));
			guest.writeFully(random(MANY), Bench.PATIENCE);
			bench.awaitFigure("lost", (long) MANY);
			try (var client = bench.connect()) {
				bench.awaitFigure("clients", 1);
				Bench.write(guest, "now");
				Bench.assertSays("now", client);
				Bench.say(client, "good");
				Bench.assertHears(guest, "good");
			}
			bench.awaitFigure("clients", 0);
			assertTrue(guest.hostConnected());
		}
	}

	@Test
	void buffer_nobodyThere_theNextClientReadsTheLastBytes() throws Exception {
		var bytes = random(MANY);
		try (var bench = new Bench(folder)) {
			var guest = bench.plug(port("absent", "buffer", "buffer", 100_000));
			guest.writeFully(bytes, Bench.PATIENCE);
			bench.awaitFigure("lost", (long) MANY - 100_000);
			assertEquals(100_000, bench.figure("buffered"));
			try (var client = bench.connect()) {
				assertArrayEquals(Arrays.copyOfRange(bytes, MANY - 100_000, MANY), Bench.read(client, 100_000));
				Bench.write(guest, "now");
				Bench.assertSays("now", client);
			}
			bench.awaitFigure("buffered", 0);
		}
	}

	@Test
	void buffer_portUpdated_nothingOfItIsLost() throws Exception {
		var bytes = random(100_000);
		try (var bench = new Bench(folder)) {
			var guest = bench.plug(port("absent", "buffer", "buffer", 200_000));
			guest.writeFully(bytes, Bench.PATIENCE);
			bench.awaitFigure("buffered", 100_000);
			bench.hold();
			bench.plug(port("absent", "buffer", "buffer", 200_000));
			bench.awaitFigure("buffered", 100_000);
			try (var client = bench.connect()) {
				assertArrayEquals(bytes, Bench.read(client, bytes.length));
			}
		}
	}
}
