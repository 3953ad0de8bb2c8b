package port.guestagent.engine;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/**
 * Finds the requests in what a client of the raw protocol says, as an agent's own parser does: a JSON object after the
 * other, with or without lines between them; a 0xFF forgets half of one.
 */
final class RequestReader {
	private static final byte FORGET = (byte) 0xFF;

	private final int limit;
	private final ByteArrayOutputStream request = new ByteArrayOutputStream();
	private int depth;
	private boolean quoted;
	private boolean escaped;

	RequestReader(int limit) {
		this.limit = limit;
	}

	/**
	 * Takes bytes up to the end of a request; answers it, or null. What is none ends with its line, and is for the parser
	 * to refuse; so is what is too long, of which only the beginning is kept: what is in its strings is no request.
	 */
	byte[] next(ByteBuffer bytes) {
		while (bytes.hasRemaining()) {
			byte next = bytes.get();
			if (next == FORGET) {
				reset();
				continue;
			}
			if (depth == 0 && request.size() == 0 && next <= ' ' && next >= 0)
				continue; // between two
			if (request.size() < limit)
				request.write(next);
			if (ends(next)) {
				var ended = request.toByteArray();
				reset();
				return ended;
			}
		}
		return null;
	}

	private boolean ends(byte next) {
		if (quoted) {
			if (next == '\n')
				return true; // in no string: a quote that nobody closes is not to swallow the requests that follow
			quoted = escaped || next != '"';
			escaped = !escaped && next == '\\';
			return false;
		}
		switch (next) {
			case '"' -> quoted = true;
			case '{', '[' -> depth++;
			case '}', ']' -> depth--;
			default -> {
				return depth == 0 && next == '\n';
			}
		}
		return depth <= 0 && !quoted;
	}

	private void reset() {
		request.reset();
		depth = 0;
		quoted = false;
		escaped = false;
	}
}
