package port.console;

import java.util.regex.Pattern;

import bus.api.Attachable.Wish;
import port.endpoint.Access;

/** What the configuration says, beyond what Metatype can check. */
final class Options {
	private static final String DEFAULT_ESCAPE = "^Ec";
	private static final String OFF = "off";
	private static final byte CONTROL_O = 0x0f;
	private static final long LEAST_LOG = 1024;

	private Options() {
	}

	static boolean isOn(String value) {
		return value.strip().equals("on");
	}

	/** Refuses keys that can have no effect: somebody would rely on it. */
	static void check(ConsoleConfig config) {
		if (config.listen().isBlank()) {
			idle("protocol", config.protocol(), "raw", "listen");
			idle("access", config.access(), "attach", "listen");
			idle("cert", config.cert(), "", "listen");
			idle("key", config.key(), "", "listen");
			idle("ca", config.ca(), "", "listen");
			idle("allow", config.allow(), "", "listen");
			idle("escape", config.escape(), "", "listen");
		}
		if (config.log().isBlank()) {
			idle("logfilemax", config.logfilemax(), "0", "log");
			idle("logtimestamp", config.logtimestamp(), OFF, "log");
		}
		if (config.record().isBlank())
			idle("recordinput", config.recordinput(), OFF, "record");
	}

	private static void idle(String key, String value, String byDefault, String with) {
		if (!value.strip().equals(byDefault))
			throw new IllegalArgumentException(key + "=" + value.strip() + "; allowed: only with " + with + "=");
	}

	static Access access(ConsoleConfig config) {
		return Access.of(config.cert(), config.key(), config.ca(), config.allow());
	}

	static Terms terms(ConsoleConfig config) {
		boolean telnet = config.protocol().strip().equals("telnet");
		String escape = config.escape().isBlank() ? telnet ? DEFAULT_ESCAPE : OFF : config.escape().strip();
		byte[] sequence = escape.equals(OFF) ? new byte[0] : Escape.parse("escape", escape);
		byte[] onBreak = switch (config.onbreak().strip()) {
			case "sysrq" -> new byte[] { CONTROL_O };
			case "nul" -> new byte[] { 0 };
			default -> new byte[0];
		};
		var wish = config.access().strip().equals("spy") ? Wish.SPY : Wish.ATTACH;
		return new Terms(telnet, sequence, escape, onBreak, wish == Wish.SPY, config.replay());
	}

	/** A number of bytes, with k for 1024 and m for 1024 of those. */
	static long logFileMax(ConsoleConfig config) {
		String text = config.logfilemax().strip();
		var size = Pattern.compile("([0-9]{1,12})([kKmM]?)").matcher(text);
		if (size.matches()) {
			long unit = switch (size.group(2)) {
				case "k", "K" -> 1 << 10;
				case "m", "M" -> 1 << 20;
				default -> 1;
			};
			long bytes = Long.parseLong(size.group(1)) * unit;
			if (bytes == 0 || bytes >= LEAST_LOG)
				return bytes;
		}
		throw new IllegalArgumentException("logfilemax=" + text + "; allowed: the size that a log is rotated at, from 1k"
				+ " on, such as 500k or 10m; 0 for never");
	}
}
