package port.console;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.ToIntFunction;

/**
 * What a reader has not taken yet. Full, it forgets the oldest bytes, counts them, and puts a mark in their place. Not
 * thread-safe.
 */
final class Backlog {
	private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

	private final byte[] ring;
	private int start;
	private int size;
	/** Forgotten since the last mark. */
	private long lost;
	/** A mark that has been begun must be ended, or the reader sees half a line. */
	private ByteBuffer mark = NOTHING;

	Backlog(int capacity) {
		ring = new byte[capacity];
	}

	boolean isEmpty() {
		return size == 0 && lost == 0 && !mark.hasRemaining();
	}

	/**
	 * Takes all remaining bytes.
	 *
	 * @return bytes forgotten for it, never more than were given
	 */
	int add(ByteBuffer data) {
		int forgotten = Math.max(0, size + data.remaining() - ring.length);
		lost += forgotten;
		int excess = data.remaining() - ring.length;
		if (excess > 0)
			data.position(data.position() + excess);
		forget(size + data.remaining() - ring.length);
		while (data.hasRemaining()) {
			int end = (start + size) % ring.length;
			int run = Math.min(data.remaining(), ring.length - end);
			data.get(ring, end, run);
			size += run;
		}
		return forgotten;
	}

	private void forget(int count) {
		if (count <= 0)
			return;
		start = (start + count) % ring.length;
		size -= count;
	}

	/**
	 * Gives away what it can.
	 *
	 * @param reader answers how many bytes of the buffer it took; fewer than offered means "no more now"
	 */
	void drain(ToIntFunction<ByteBuffer> reader) {
		if (mark.hasRemaining() && !give(mark, reader))
			return;
		if (lost > 0) {
			var text = StandardCharsets.US_ASCII.encode("\r\n[vport: " + lost + " bytes lost]\r\n");
			boolean whole = give(text, reader);
			if (text.position() > 0) { // until then the count may grow
				mark = text;
				lost = 0;
			}
			if (!whole)
				return;
		}
		while (size > 0) {
			var run = ByteBuffer.wrap(ring, start, Math.min(size, ring.length - start));
			boolean whole = give(run, reader);
			int taken = run.position() - start;
			start = (start + taken) % ring.length;
			size -= taken;
			if (!whole)
				return;
		}
	}

	private static boolean give(ByteBuffer bytes, ToIntFunction<ByteBuffer> reader) {
		bytes.position(bytes.position() + reader.applyAsInt(bytes.duplicate()));
		return !bytes.hasRemaining();
	}
}
