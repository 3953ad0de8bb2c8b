package bus.whiteboard;

import java.util.Map;

/** The option {@code grace}: for how many seconds the place of a port is kept whose bundle is being updated. */
final class Grace {
	/** An update takes a second; an operator who installs an older version again because the new one fails, some more. */
	static final int DEFAULT_SECONDS = 10;
	static final String ALLOWED = "seconds for which the guest keeps a port while its bundle is replaced, 0 to 3600";

	private static final int MAX_SECONDS = 3600;
	private static final String KEY = "grace";

	private Grace() {
	}

	/**
	 * @throws IllegalArgumentException with a message for the operator
	 */
	static int seconds(Map<String, ?> properties) {
		for (String key : properties.keySet())
			if (!key.equals(KEY) && ConfigurationCheck.FOREIGN_PREFIXES.stream().noneMatch(key::startsWith))
				throw new IllegalArgumentException("unknown key " + key + "; allowed: " + KEY);
		var value = properties.get(KEY);
		if (value == null)
			return DEFAULT_SECONDS;
		try {
			int seconds = Integer.parseInt(value.toString().strip());
			if (seconds >= 0 && seconds <= MAX_SECONDS)
				return seconds;
		} catch (NumberFormatException e) {
			// the answer is the same
		}
		throw new IllegalArgumentException(KEY + "=" + value + "; allowed: " + ALLOWED);
	}
}
