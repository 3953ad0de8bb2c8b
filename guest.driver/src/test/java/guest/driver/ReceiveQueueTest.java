package guest.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Random;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReceiveQueueTest {
	private static final int BYTES = 200_000;
	private static final int SIZE = 64;

	/** The device sees at every step no more room than the limit leaves, and is stuck only if something is unread. */
	@ParameterizedTest
	@ValueSource(longs = { 0, 1, 63, 64, 100, 300 })
	void limit_randomTraffic_neverExceededAndNothingLost(long limit) throws Exception {
		long seed = System.nanoTime();
		var random = new Random(seed);
		try (var arena = Arena.ofConfined(); var kick = new EventCounter()) {
			var ram = new GuestRam(arena.allocate(1 << 20, 4096), 0);
			var ring = DriverRing.create(ram, 8, VirtioFeature.RING_PACKED);
			var device = RingDevice.of(ram, ring, VirtioFeature.RING_PACKED);
			var queue = new ReceiveQueue(ring, kick, new BufferPool(ram));
			queue.limit(limit);
			queue.fill(8, SIZE);
			var taken = new ArrayDeque<RingDevice.Chain>();
			long room = 0;
			int sent = 0;
			int read = 0;
			while (read < BYTES) {
				String when = "seed=" + seed + " read=" + read;
				for (var chain = device.next(); chain != null; chain = device.next()) {
					taken.add(chain);
					room += chain.writable().getFirst().byteSize();
				}
				assertTrue(limit == 0 ? room + queue.unread() <= 8 * SIZE : room + queue.unread() <= limit, when);
				assertTrue(room > 0 || queue.throttled(), when);
				for (int i = random.nextInt(3); i > 0 && !taken.isEmpty(); i--) {
					var chain = taken.remove();
					int n = random.nextInt((int) chain.writable().getFirst().byteSize() + 1);
					room -= chain.writable().getFirst().byteSize();
					chain.fill(pattern(sent, n));
					device.complete(chain, n);
					sent += n;
				}
				queue.collect();
				assertEquals(sent - read, queue.unread(), when);
				for (int i = random.nextInt(3); i > 0 && queue.peek() != null; i--) {
					var data = queue.peek();
					int n = 1 + random.nextInt((int) data.byteSize());
					assertEquals(-1, MemorySegment.ofArray(pattern(read, n)).mismatch(data.asSlice(0, n)), when);
					queue.consume(n);
					read += n;
				}
			}
		}
	}

	private static byte[] pattern(int from, int length) {
		var bytes = new byte[length];
		for (int i = 0; i < length; i++)
			bytes[i] = (byte) ((from + i) * 7 >> 3);
		return bytes;
	}
}
