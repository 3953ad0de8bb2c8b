package port.console;

import java.nio.ByteBuffer;

/** Bytes go from one buffer to another, as many as there is room for, and nothing is made for it: this is where all pass. */
final class Bytes {

	private Bytes() {
	}

	/** Answers how many. */
	static int move(ByteBuffer from, ByteBuffer to) {
		int count = copy(from, to);
		from.position(from.position() + count);
		return count;
	}

	/** The same, but moves nothing in {@code from}. */
	static int copy(ByteBuffer from, ByteBuffer to) {
		int count = Math.min(from.remaining(), to.remaining());
		to.put(to.position(), from, from.position(), count);
		to.position(to.position() + count);
		return count;
	}
}
