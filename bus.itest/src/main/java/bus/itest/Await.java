package bus.itest;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

import org.opentest4j.AssertionFailedError;

/** Waits for what other threads bring about, and says what did not come. */
final class Await {
	static final Duration PATIENCE = Duration.ofSeconds(20);
	private static final long LOOK_AGAIN_NANOS = 1_000_000;

	private Await() {
	}

	static void until(String what, Callable<Boolean> condition) {
		value(what, () -> condition.call() ? true : null);
	}

	/** Waits for an answer other than null. */
	static <T> T value(String what, Callable<T> question) {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		T answer = ask(what, question);
		while (answer == null && System.nanoTime() - deadline < 0 && !Thread.currentThread().isInterrupted()) {
			LockSupport.parkNanos(LOOK_AGAIN_NANOS);
			answer = ask(what, question);
		}
		assertNotNull(answer, () -> "did not come in " + PATIENCE.toSeconds() + " s: " + what);
		return answer;
	}

	private static <T> T ask(String what, Callable<T> question) {
		try {
			return question.call();
		} catch (Exception e) {
			throw new AssertionFailedError("while waiting for " + what + ": " + e, e);
		}
	}
}
