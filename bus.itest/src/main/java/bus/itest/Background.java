package bus.itest;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.opentest4j.AssertionFailedError;

/** Something that a test does meanwhile, on a thread of its own. */
final class Background<T> {
	private final FutureTask<T> task;

	private Background(Callable<T> work) {
		task = new FutureTask<>(work);
		Thread.ofPlatform().daemon().name("test, meanwhile").start(task);
	}

	static <T> Background<T> start(Callable<T> work) {
		return new Background<>(work);
	}

	boolean isDone() {
		return task.isDone();
	}

	/** What came of it; fails the test if it failed or is late. */
	T join() {
		try {
			return task.get(Await.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
		} catch (ExecutionException e) {
			throw new AssertionFailedError("meanwhile: " + e.getCause(), e.getCause());
		} catch (TimeoutException | InterruptedException e) {
			task.cancel(true);
			throw new AssertionFailedError("what was done meanwhile does not end", e);
		}
	}
}
