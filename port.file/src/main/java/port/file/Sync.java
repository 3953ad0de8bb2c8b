package port.file;

/**
 * When what was written must be on the disk itself, the option {@code sync}.
 *
 * @param whenClosed before the file is rotated and when the port is unplugged
 * @param seconds so long after it was written at the latest; 0: before anything more is written; -1: never for its age
 */
record Sync(boolean whenClosed, int seconds) {
	static final String ALLOWED = "none (the kernel writes when it likes), close (when the file is rotated or the port"
			+ " unplugged), 1 to 3600 (every so many seconds), or always (after each write)";

	private static final int LONGEST = 3600;

	static Sync parse(String text) {
		String value = text.strip();
		return switch (value) {
			case "none" -> new Sync(false, -1);
			case "close" -> new Sync(true, -1);
			case "always" -> new Sync(true, 0);
			default -> new Sync(true, seconds(value));
		};
	}

	private static int seconds(String value) {
		int seconds = value.matches("[0-9]{1,4}") ? Integer.parseInt(value) : 0;
		if (seconds < 1 || seconds > LONGEST)
			throw new IllegalArgumentException("sync=" + value + "; allowed: " + ALLOWED);
		return seconds;
	}

	boolean always() {
		return seconds == 0;
	}

	/** For people. */
	String when() {
		return always() ? "with each write" : seconds > 0 ? "after " + seconds + " s" : whenClosed ? "when closed"
				: "by the kernel";
	}

	/** As the option has it. */
	@Override
	public String toString() {
		return always() ? "always" : seconds > 0 ? String.valueOf(seconds) : whenClosed ? "close" : "none";
	}
}
