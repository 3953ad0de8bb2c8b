package port.endpoint;

import static org.junit.jupiter.api.Assertions.fail;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for what other threads bring about. */
final class Await {
	static final long SECONDS = 20;

	private Await() {
	}

	static void until(String what, Callable<Boolean> condition) throws Exception {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
		while (!condition.call()) {
			if (System.nanoTime() - deadline > 0)
				fail("did not come in " + SECONDS + " s: " + what);
			LockSupport.parkNanos(500_000);
		}
	}
}
