package port.file;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that goes when a test says so. */
final class VirtualClock implements InstantSource {
	private volatile Instant now;

	VirtualClock(String now) {
		this.now = Instant.parse(now);
	}

	@Override
	public Instant instant() {
		return now;
	}

	void pass(Duration time) {
		now = now.plus(time);
	}
}
