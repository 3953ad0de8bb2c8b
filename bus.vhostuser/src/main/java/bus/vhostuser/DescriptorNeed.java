package bus.vhostuser;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

import bus.vhostuser.session.Descriptors;

/**
 * Adds up what the configured buses need of descriptors once all their machines are there, and says so in one line if that
 * is more than the process may have: on the day of the configuration, not on the day when the last machine comes. Any
 * thread.
 */
@Component(service = DescriptorNeed.class)
public final class DescriptorNeed {
	private static final System.Logger LOG = System.getLogger("bus.vhostuser");
	/** Files come one by one: after so long without another bus the sum is told. */
	private static final int QUIET_SECONDS = 2;
	/** What the process has without a bus: jars, loops, logs. */
	private static final int OWN = 64;

	private final ReentrantLock lock = new ReentrantLock();
	private final Map<String, Integer> needs = new HashMap<>();
	private long sum = OWN;
	private final int limit;
	private boolean toldOrAboutTo;

	@Activate
	public DescriptorNeed() {
		this(Descriptors.limit());
	}

	DescriptorNeed(int limit) {
		this.limit = limit;
	}

	/** A bus listens. */
	void add(BusConfig bus) {
		lock.lock();
		try {
			int its = Descriptors.needed(2 * (bus.device().ports() + 1));
			needs.put(bus.name(), its);
			sum += its;
			if (toldOrAboutTo || sum <= limit)
				return;
			toldOrAboutTo = true;
			tellWhenQuiet(needs.size());
		} finally {
			lock.unlock();
		}
	}

	/** A bus has closed. */
	void remove(BusConfig bus) {
		lock.lock();
		try {
			var its = needs.remove(bus.name());
			sum -= its == null ? 0 : its;
		} finally {
			lock.unlock();
		}
	}

	private void tellWhenQuiet(int before) {
		CompletableFuture.delayedExecutor(QUIET_SECONDS, TimeUnit.SECONDS).execute(() -> {
			lock.lock();
			try {
				if (needs.size() != before)
					tellWhenQuiet(needs.size());
				else if (sum > limit)
					LOG.log(System.Logger.Level.WARNING, text());
				else
					toldOrAboutTo = false;
			} finally {
				lock.unlock();
			}
		});
	}

	/** What is told. */
	String text() {
		return "buses=" + needs.size() + " need up to descriptors=" + sum + " when all their machines are there (3 + 6 *"
				+ " (ports + 1) for each bus, a third less without QEMU), and what their ports open; limit=" + limit
				+ ": raise it with 'ulimit -n' or LimitNOFILE=, or lower ports=, or the last machines are refused";
	}
}
