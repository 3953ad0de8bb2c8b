package bus.whiteboard;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import bus.api.SerialBus;

/**
 * The places that buses keep for ports whose next instance is to come. Any thread: a bus gives a place to one only of
 * those who want it at the same time, its next instance or the end of its grace time.
 */
final class Holds {
	private static final System.Logger LOG = System.getLogger("bus.whiteboard");

	/** One place, of one port that went once. */
	static final class Hold {
		private final SerialBus bus;
		private final Plan plan;
		private final String pid;

		Hold(SerialBus bus, Plan plan, String pid) {
			this.bus = bus;
			this.plan = plan;
			this.pid = pid;
		}
	}

	private final Map<String, Hold> holds = new ConcurrentHashMap<>();

	private static String place(Plan plan) {
		return plan.request().type() + "-" + plan.request().label();
	}

	void add(Hold hold) {
		holds.put(place(hold.plan), hold);
	}

	/**
	 * A port comes: the place that was kept for it is given up if it does not want that one any more.
	 *
	 * @return the virtual machine whose place was given up; empty if none was
	 */
	String prepare(Plan plan) {
		var hold = holds.get(place(plan));
		boolean wanted = hold == null || hold.bus.name().equals(plan.bus()) && hold.plan.request().equals(plan.request());
		return !wanted && release(hold) ? hold.bus.vm() : "";
	}

	/** A port has been plugged: in the place that was kept for it, if there was one. */
	void taken(Plan plan) {
		holds.remove(place(plan));
	}

	/** A bus has gone, and all that it kept. */
	void forget(SerialBus bus) {
		holds.values().removeIf(hold -> hold.bus == bus);
	}

	/**
	 * Nobody has come.
	 *
	 * @return whether the place was still kept
	 */
	boolean expire(Hold hold) {
		boolean kept = release(hold);
		if (kept)
			LOG.log(System.Logger.Level.INFO, "{0}: did not come back within its grace time; the guest loses the port",
					hold.plan.source());
		return kept;
	}

	/** Nobody is to come any more for a configuration. */
	boolean release(String pid) {
		return holds.values().stream().filter(hold -> hold.pid.equals(pid)).map(this::release).reduce(false, (a, b) -> a || b);
	}

	private boolean release(Hold hold) {
		if (!holds.remove(place(hold.plan), hold))
			return false;
		hold.bus.release(hold.plan.request());
		return true;
	}
}
