package bus.core.console;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the bus logs while this is open. */
final class LogLines extends Handler implements AutoCloseable {
	final List<String> texts = new ArrayList<>();
	private final Logger logger = Logger.getLogger("bus.core");

	LogLines() {
		logger.addHandler(this);
	}

	@Override
	public void publish(LogRecord line) {
		texts.add(line.getMessage());
	}

	@Override
	public void flush() {
	}

	@Override
	public void close() {
		logger.removeHandler(this);
	}
}
