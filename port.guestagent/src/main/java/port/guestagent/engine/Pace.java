package port.guestagent.engine;

import java.time.Duration;

/**
 * How large a piece of a file to ask for next. Large pieces are quick, and keep everybody else waiting while the agent
 * is at them; so they grow until one takes a quarter of a second. The largest costs the host about 15 MiB while it is
 * on its way: as base64 in a line, as a string and as bytes.
 */
final class Pace {
	static final int LARGEST = 4 << 20;

	private static final int SMALLEST = 4 << 10;
	private static final int FIRST = 64 << 10;
	private static final long QUICK = Duration.ofMillis(100).toNanos();
	private static final long SLOW = Duration.ofMillis(250).toNanos();

	private int size = FIRST;

	int size() {
		return size;
	}

	/** A piece of this size, and no smaller one, took so long. */
	void took(long nanos) {
		if (nanos < QUICK)
			size = Math.min(2 * size, LARGEST);
		else if (nanos > SLOW)
			size = Math.max(size / 2, SMALLEST);
	}
}
