package bus.boot;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.SynchronousBundleListener;

/**
 * What the bnd launcher's main thread does, and the exit code of the process. It returns when the framework begins to
 * stop, whoever asked for it: the launcher then waits for the end of the stopping and leaves with our answer. Had the
 * framework stopped behind its back, it would leave with 117.
 */
final class MainThread implements Callable<Integer>, SynchronousBundleListener {
	/** Set by bus.shell, for a script that failed. */
	private static final String EXIT = "vport.exit";

	private final CountDownLatch stopping = new CountDownLatch(1);

	@Override
	public Integer call() throws InterruptedException {
		stopping.await();
		return Integer.getInteger(EXIT, 0);
	}

	@Override
	public void bundleChanged(BundleEvent event) {
		if (event.getType() == BundleEvent.STOPPING
				&& event.getBundle().getBundleId() == Constants.SYSTEM_BUNDLE_ID)
			stopping.countDown();
	}
}
