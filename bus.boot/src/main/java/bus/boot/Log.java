package bus.boot;

import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** One line per log record on standard error; stack traces only where somebody asked for them. */
final class Log {
	private Log() {
	}

	/**
	 * Sets up java.util.logging, which is behind every System.Logger.
	 *
	 * @param wanted {@code debug}, {@code warn}, {@code error}; anything else is the normal level
	 */
	static void install(String wanted) {
		var level = level(wanted);
		boolean debug = level.intValue() <= Level.FINE.intValue();
		var handler = new ConsoleHandler();
		handler.setLevel(level);
		handler.setFormatter(new OneLine(debug));
		LogManager.getLogManager().reset();
		var root = Logger.getLogger("");
		root.setLevel(level);
		root.addHandler(handler);
		// SCR prints a stack trace of its own for each component that fails; bus.app reports those in one line
		System.setProperty("ds.log.enabled", Boolean.toString(debug));
	}

	private static Level level(String wanted) {
		return switch (wanted == null ? "" : wanted.toLowerCase(Locale.ROOT)) {
			case "debug", "fine", "trace" -> Level.FINE;
			case "warn", "warning" -> Level.WARNING;
			case "error" -> Level.SEVERE;
			default -> Level.INFO;
		};
	}

	private static final class OneLine extends Formatter {
		private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

		private final boolean traces;

		OneLine(boolean traces) {
			this.traces = traces;
		}

		@Override
		public String format(LogRecord log) {
			var line = new StringBuilder(TIME.format(LocalTime.ofInstant(log.getInstant(), ZoneId.systemDefault())))
					.append(' ').append(name(log.getLevel())).append(' ').append(log.getLoggerName()).append(": ")
					.append(formatMessage(log));
			if (log.getThrown() != null)
				append(line, log.getThrown());
			return line.append(System.lineSeparator()).toString();
		}

		private void append(StringBuilder line, Throwable thrown) {
			if (traces) {
				var text = new java.io.StringWriter();
				thrown.printStackTrace(new java.io.PrintWriter(text));
				line.append(System.lineSeparator()).append(text.toString().stripTrailing());
				return;
			}
			var cause = thrown;
			while (cause.getCause() != null)
				cause = cause.getCause();
			line.append(": ").append(cause.getMessage() == null ? cause.toString() : cause.getMessage());
		}

		/** The names that VPORT_LOG takes. */
		private static String name(Level level) {
			if (level.intValue() >= Level.SEVERE.intValue())
				return "ERROR";
			if (level.intValue() >= Level.WARNING.intValue())
				return "WARN";
			return level.intValue() >= Level.INFO.intValue() ? "INFO" : "DEBUG";
		}
	}
}
