package bus.core.console;

/**
 * Log lines that a guest can provoke as often as it likes: so many for one machine, however often it starts its driver,
 * or it could fill the host's disk. Loop thread.
 */
final class GuestLog {
	static final int LINES = 50;

	private static final System.Logger LOG = System.getLogger("bus.core");

	private final String bus;
	private int lines;

	GuestLog(String bus) {
		this.bus = bus;
	}

	void log(System.Logger.Level level, String text) {
		if (lines++ < LINES)
			LOG.log(level, text);
		else if (lines == LINES + 1)
			LOG.log(level, "bus " + bus + ": the guest does more that is wrong, which is not logged any more");
	}

	/** Another machine. */
	void reset() {
		lines = 0;
	}
}
