package bus.shell;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** The last lines of the log, as they were printed. Any thread logs; whoever reads copies. */
@Component(service = LogRing.class, immediate = true)
public final class LogRing extends Handler {
	/** Some days of a bus that is well, some minutes of one whose guest misbehaves: each fault is told once. */
	static final int CAPACITY = 1000;

	private final ReentrantLock lock = new ReentrantLock();
	private final Deque<String> lines = new ArrayDeque<>();
	private final Logger root = Logger.getLogger("");
	/** Lines ever logged; the last {@link #lines} of them are here. */
	private long count;

	@Activate
	public LogRing() {
		setFormatter(Stream.of(root.getHandlers()).map(Handler::getFormatter).filter(it -> it != null).findFirst()
				.orElseGet(SimpleFormatter::new));
		root.addHandler(this);
	}

	@Deactivate
	void stop() {
		root.removeHandler(this);
	}

	@Override
	public void publish(LogRecord entry) {
		if (entry.getLevel().intValue() >= level().intValue())
			add(getFormatter(), entry);
	}

	private Level level() {
		return root.getLevel() == null ? Level.INFO : root.getLevel();
	}

	private void add(Formatter formatter, LogRecord entry) {
		var text = formatter.format(entry).lines().toList();
		lock.lock();
		try {
			for (String line : text) {
				lines.addLast(line);
				count++;
				if (lines.size() > CAPACITY)
					lines.removeFirst();
			}
		} finally {
			lock.unlock();
		}
	}

	/** Where the log stands now, for {@link #since}. */
	long mark() {
		lock.lock();
		try {
			return count;
		} finally {
			lock.unlock();
		}
	}

	/** What was logged after a mark, as far as it is still here. */
	List<String> since(long mark) {
		return after(mark).lines();
	}

	/** The same, and where to go on. */
	Batch after(long mark) {
		lock.lock();
		try {
			var all = new ArrayList<>(lines);
			return new Batch(count, List.copyOf(all.subList((int) Math.max(0, all.size() - (count - mark)), all.size())));
		} finally {
			lock.unlock();
		}
	}

	/** @param mark where the log stands behind these lines */
	record Batch(long mark, List<String> lines) {
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
