package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test when something was logged as a warning or worse that the test has not announced. */
final class LogWatch extends Handler implements BeforeEachCallback, AfterEachCallback {
	/** About the test run, not about us. */
	private static final String JUNIT = "org.junit.";

	private final SimpleFormatter formatter = new SimpleFormatter();
	private final List<String> lines = new CopyOnWriteArrayList<>();
	private final List<String> troubles = new CopyOnWriteArrayList<>();
	private final List<String> expected = new CopyOnWriteArrayList<>();
	private final List<String> allowed = new CopyOnWriteArrayList<>();

	/** A warning or error with these words must come. */
	void expect(String words) {
		expected.add(words);
	}

	/** A warning or error with these words may come. */
	void allow(String words) {
		allowed.add(words);
	}

	/** Waits for a line of any level. */
	String awaitLine(String words) {
		return Await.value("log line: " + words,
				() -> lines.stream().filter(line -> line.contains(words)).findFirst().orElse(null));
	}

	/** Lines so far that contain these words. */
	long count(String words) {
		return lines.stream().filter(line -> line.contains(words)).count();
	}

	@Override
	public void beforeEach(ExtensionContext test) {
		Logger.getLogger("").addHandler(this);
	}

	@Override
	public void afterEach(ExtensionContext test) {
		Logger.getLogger("").removeHandler(this);
		assertEquals(List.of(), unannounced(), "unexpected in the log");
		var missing = expected.stream().filter(words -> troubles.stream().noneMatch(line -> line.contains(words))).toList();
		assertEquals(List.of(), missing, "expected in the log, which has " + troubles);
	}

	private List<String> unannounced() {
		return troubles.stream()
				.filter(line -> Stream.concat(expected.stream(), allowed.stream()).noneMatch(line::contains)).toList();
	}

	@Override
	public void publish(LogRecord entry) {
		if (entry.getLevel().intValue() < Level.INFO.intValue() || String.valueOf(entry.getLoggerName()).startsWith(JUNIT))
			return;
		String line = entry.getLoggerName() + ": " + formatter.formatMessage(entry);
		lines.add(line);
		if (entry.getLevel().intValue() >= Level.WARNING.intValue())
			troubles.add(line);
	}

	@Override
	public void flush() {
		// nothing is held back
	}

	@Override
	public void close() {
		// nothing is open
	}
}
