package guest.driver;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The one lock of a driver, the waiting for changes under it, and the failure after which nothing goes any more. */
final class DriverLock {
	/** A computation that may fail. */
	interface Call<T> {
		T call() throws IOException;
	}

	/** An action that may fail. */
	interface Action {
		void run() throws IOException;
	}

	private final ReentrantLock lock = new ReentrantLock();
	private final Condition changed = lock.newCondition();
	private final Runnable whenFailed;
	private long changes;
	private Throwable failure;

	/**
	 * @param whenFailed called once, under the lock
	 */
	DriverLock(Runnable whenFailed) {
		this.whenFailed = whenFailed;
	}

	/** A look at the state, which is possible after a failure too. */
	<T> T locked(Supplier<T> query) {
		lock.lock();
		try {
			return query.get();
		} finally {
			lock.unlock();
		}
	}

	void run(Action action) throws IOException {
		call(() -> {
			action.run();
			return null;
		});
	}

	<T> T call(Call<T> body) throws IOException {
		lock.lock();
		try {
			checkAlive();
			return body.call();
		} catch (DeviceViolationException e) {
			fail(e);
			throw e;
		} finally {
			lock.unlock();
		}
	}

	private void checkAlive() throws IOException {
		if (failure != null)
			throw new IOException("the console driver has failed: " + failure.getMessage(), failure);
	}

	/** The first reason stays. */
	void fail(Throwable reason) {
		locked(() -> {
			if (failure == null) {
				failure = reason;
				whenFailed.run();
			}
			changed();
			return null;
		});
	}

	boolean failed() {
		return failure() != null;
	}

	Throwable failure() {
		return locked(() -> failure);
	}

	void changed() {
		changes++;
		changed.signalAll();
	}

	long changes() {
		return changes;
	}

	/** Waits, inside of {@link #call}, whose lock it lets go of meanwhile. */
	boolean await(Duration timeout, BooleanSupplier condition) throws IOException {
		var deadline = Deadline.after(timeout);
		try {
			while (!condition.getAsBoolean()) {
				long left = deadline.nanosLeft();
				if (left <= 0)
					return false;
				changed.awaitNanos(left);
				checkAlive();
			}
			return true;
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
			throw (IOException) new InterruptedIOException("interrupted while waiting for the device").initCause(e);
		}
	}
}
