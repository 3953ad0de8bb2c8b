package port.console;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** What a ring keeps while it grows, and when it has grown. */
class RingTest {
	private static final int CAPACITY = 64 << 10;

	@RepeatedTest(20)
	void anyPieces_theLastOfThemAreHere_whileItGrows() {
		long seed = System.nanoTime();
		System.out.println("seed=" + seed);
		var random = new Random(seed);
		var ring = new Ring(CAPACITY);
		var said = new ByteArrayOutputStream();
		while (said.size() < 3 * CAPACITY) {
			var piece = new byte[random.nextInt(1 << random.nextInt(18))];
			random.nextBytes(piece);
			ring.add(ByteBuffer.wrap(piece));
			said.writeBytes(piece);
			var all = said.toByteArray();
			int kept = Math.min(all.length, CAPACITY);
			assertEquals(all.length, ring.end());
			assertEquals(all.length - kept, ring.start());
			var here = ByteBuffer.allocate(kept);
			ring.read(ring.start(), ring.end(), here);
			assertArrayEquals(Arrays.copyOfRange(all, all.length - kept, all.length), here.array());
		}
	}

	@Test
	void nothingSaid_nothingIsHere() {
		var ring = new Ring(CAPACITY);
		ring.add(ByteBuffer.allocate(0));
		assertEquals(ring.start(), ring.end());
	}
}
