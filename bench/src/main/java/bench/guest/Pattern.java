package bench.guest;

import java.nio.ByteBuffer;

/** The bytes that go through ports: what cnf/guest/programs/portbench.c makes, too. */
final class Pattern {
	/** A prime: a piece that is lost or doubled shows, whatever its size. */
	private static final int PERIOD = 1_048_573;
	/** At most so many bytes in one piece. */
	static final int LARGEST = 1 << 20;
	/** How far the streams of neighbouring ports are apart. */
	private static final int APART = 7919;
	private static final long MIXER = 0x9e3779b97f4a7c15L;

	private static final ByteBuffer BYTES = make();

	private Pattern() {
	}

	private static ByteBuffer make() {
		var bytes = ByteBuffer.allocateDirect(PERIOD + LARGEST);
		for (int i = 0; i < bytes.capacity(); i++) {
			long x = (i % PERIOD + 1) * MIXER;
			bytes.put(i, (byte) ((x ^ x >>> 29) * MIXER >>> 56));
		}
		return bytes.asReadOnlyBuffer();
	}

	/** The next bytes of the stream of a port, the first one's number is 0. */
	static ByteBuffer of(int port, long at, int size) {
		return BYTES.slice((int) ((at + (long) port * APART) % PERIOD), size);
	}
}
