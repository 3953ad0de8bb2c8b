package port.file;

import java.util.concurrent.locks.LockSupport;

/** Waits for what other threads bring about; the time limit of the test is the deadline. */
final class Await {
	private static final long LOOK_AGAIN_NANOS = 1_000_000;

	/** Something that will be so. */
	@FunctionalInterface
	interface Condition {
		boolean holds() throws Exception;
	}

	private Await() {
	}

	static void until(Condition condition) throws Exception {
		while (!condition.holds()) {
			if (Thread.interrupted())
				throw new InterruptedException();
			LockSupport.parkNanos(LOOK_AGAIN_NANOS);
		}
	}
}
