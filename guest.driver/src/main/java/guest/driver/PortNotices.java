package guest.driver;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What the listener is to be told. A port waits here once, whatever happens to it: no more than a turn brings. */
final class PortNotices {
	private static final Logger LOG = System.getLogger(PortNotices.class.getName());

	private final DriverLock lock;
	private final Set<PortState> changed = new LinkedHashSet<>();
	private PortListener listener;

	PortNotices(DriverLock lock) {
		this.lock = lock;
	}

	/** Under the lock. */
	void listener(PortListener next) {
		listener = next;
	}

	/** Under the lock. */
	void changed(PortState port) {
		changed.add(port);
	}

	/** Without the lock. */
	void tell() {
		var current = lock.locked(() -> listener);
		for (var state : lock.locked(this::take))
			tell(() -> current.portChanged(state.port));
	}

	private List<PortState> take() {
		var all = listener == null ? List.<PortState>of() : List.copyOf(changed);
		changed.clear();
		return all;
	}

	/** Without the lock. */
	void tellFailure(Throwable reason) {
		var current = lock.locked(() -> listener);
		if (current != null)
			tell(() -> current.driverFailed(reason));
	}

	/** The ports of others go on. */
	private static void tell(Runnable notice) {
		try {
			notice.run();
		} catch (RuntimeException e) {
			LOG.log(Level.WARNING, "a listener of a console driver threw", e);
		}
	}
}
