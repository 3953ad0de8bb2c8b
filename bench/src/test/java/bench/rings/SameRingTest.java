package bench.rings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import bus.core.virtio.ChainBatch;
import bus.core.virtio.Virtqueue;

/** The two contestants do the same with the same ring, or comparing them would mean nothing. */
class SameRingTest {
	private static final int TURNS = 40; // more than one turn of every ring, and of a packed ring's wrap counter
	private static final Arena ARENA = Arena.global();

	@BeforeAll
	static void library() throws IOException, InterruptedException {
		assumeTrue(Files.isExecutable(Path.of("/usr/bin/cc")), "no C compiler");
		System.setProperty(Native.LIBRARY,
				Fork.library(Path.of("src/main/c").toAbsolutePath(), Path.of("target/rings")).toString());
	}

	@ParameterizedTest
	@ValueSource(strings = { "split", "split, 8 regions", "split, 3 buffers", "split, 3 buffers, indirect, 2 regions",
			"split, to guest", "packed", "packed, 3 buffers, 8 regions", "packed, 3 buffers, indirect",
			"packed, 3 buffers, to guest" })
	void ring_servedInTurns_comesBackWholeAndCallsAsOften(String text) throws IOException {
		var batch = new ChainBatch(ARENA, QueueBenchmark.SEGMENTS);
		try (var ring = new Ring(Shape.of(text))) {
			var path = ring.shape.writable() ? DataPath.FILL : DataPath.DISCARD;
			Native.path(ring.bench, path.ordinal(), -1);
			for (int turn = 0; turn < TURNS; turn++) {
				int chains = 1 + turn % 20;
				boolean ours = turn % 2 == 0;
				long calls;
				if (ours) {
					var queue = ring.open();
					Native.offer(ring.bench, chains);
					calls = serve(queue, batch, ring.shape, chains);
				} else {
					ring.openForC();
					calls = Native.run(ring.bench, 1, chains, -1);
				}
				assertEquals(1, calls, () -> text + ": calls");
				assertEquals(1, Native.hasAll(ring.bench), text + ": all chains are back, turn " + turn);
			}
		}
	}

	private static long serve(Virtqueue queue, ChainBatch batch, Shape shape, int chains) {
		int served = 0;
		long bytes = 0;
		while (queue.fetch(batch, shape.writable(), QueueBenchmark.SEGMENTS, QueueBenchmark.BYTES) > 0) {
			bytes += batch.bytes();
			served += batch.chains();
			if (shape.writable())
				queue.fill(batch, batch.bytes());
			else
				queue.consume(batch, batch.bytes());
			queue.publish();
		}
		assertEquals((long) chains * shape.length() * shape.bytes(), bytes, shape + ": bytes of " + served + " chains");
		return queue.isCallDue() ? 1 : 0;
	}
}
