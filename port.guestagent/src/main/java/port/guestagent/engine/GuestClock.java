package port.guestagent.engine;

/**
 * The time that the guest has run, in nanoseconds. What the engine expects of the agent by itself (an answer to its
 * sync, a thaw) is measured with it: an agent in a paused machine is not late. The engine's lock.
 */
final class GuestClock {
	private boolean running = true;
	private long stoppedAt;
	private long stopped;

	void running(boolean runs, long now) {
		if (running && !runs)
			stoppedAt = now;
		if (!running && runs)
			stopped += now - stoppedAt;
		running = runs;
	}

	long now(long now) {
		return (running ? now : stoppedAt) - stopped;
	}
}
