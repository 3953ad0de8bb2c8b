package guest.driver;

import java.time.Duration;

/** A moment by which something must have happened, on the clock that is never set. */
record Deadline(long nanoTime) {

	static Deadline after(Duration duration) {
		return new Deadline(System.nanoTime() + duration.toNanos());
	}

	long nanosLeft() {
		return nanoTime - System.nanoTime();
	}

	Duration left() {
		return Duration.ofNanos(Math.max(0, nanosLeft()));
	}

	boolean passed() {
		return nanosLeft() <= 0;
	}

	/** For a system call: rounded up, so that waiting so long is never too short, and 0 once it has passed. */
	int millisLeft() {
		return Math.clamp((nanosLeft() + 999_999) / 1_000_000, 0, Integer.MAX_VALUE);
	}
}
