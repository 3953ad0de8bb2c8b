package port.guestagent.engine;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Finds the lines in what an agent says. The byte 0xFF is in no text in UTF-8: an agent sends it to say that what came
 * before, on this line, is to be forgotten. Only a line that somebody waits for is kept, and only up to a limit: what
 * a guest says unasked needs no memory of the host's.
 */
final class LineReader {
	private static final byte FORGET = (byte) 0xFF;
	private static final int FIRST = 4096;
	/** A buffer of this size is kept for the next line; larger ones are let go. */
	private static final int KEPT = 1 << 20;

	/**
	 * A line without its end.
	 *
	 * @param delimited it came after a 0xFF
	 * @param whole false if it was longer than allowed: {@code bytes} is empty then
	 */
	record Line(byte[] bytes, boolean delimited, boolean whole) {
	}

	private int limit;
	private byte[] line = new byte[FIRST];
	private int length;
	private boolean delimited;
	private boolean tooLong;

	/**
	 * Looks for the end of a line; answers it, or null if all bytes were taken without one.
	 *
	 * @param bytes with an array
	 */
	Line next(ByteBuffer bytes) {
		var array = bytes.array();
		while (bytes.hasRemaining()) {
			int at = bytes.position();
			while (at < bytes.limit() && array[at] != '\n' && array[at] != FORGET)
				at++;
			append(bytes, at - bytes.position());
			if (!bytes.hasRemaining())
				return null;
			if (bytes.get() == '\n')
				return end();
			reset();
			delimited = true;
		}
		return null;
	}

	/** The longest line that is kept from here on. */
	void limit(int bytes) {
		limit = bytes;
	}

	/** Forgets what has come of a line. */
	void reset() {
		length = 0;
		delimited = false;
		tooLong = false;
		if (line.length > KEPT)
			line = new byte[FIRST];
	}

	private void append(ByteBuffer bytes, int count) {
		if (count > 0 && (tooLong || length + count > limit)) {
			bytes.position(bytes.position() + count);
			boolean was = delimited;
			reset();
			delimited = was;
			tooLong = true;
			return;
		}
		if (length + count > line.length)
			line = Arrays.copyOf(line, (int) Math.min(limit, Math.max(2L * line.length, length + count)));
		bytes.get(line, length, count);
		length += count;
	}

	private Line end() {
		var ended = new Line(Arrays.copyOf(line, length), delimited, !tooLong);
		reset();
		return ended;
	}
}
