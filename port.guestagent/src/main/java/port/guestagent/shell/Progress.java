package port.guestagent.shell;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Process;

import bus.shell.command.Words;

/** How far a transfer is, on a terminal, for one that takes longer than a person waits without asking. */
final class Progress implements AutoCloseable {
	/** Where gogo.jline keeps its terminal in a session. */
	private static final String TERMINAL = ".terminal";
	private static final long SILENT_NANOS = TimeUnit.SECONDS.toNanos(2);
	private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
	private static final int OUTPUT = 1;
	private static final int LINE = 79;

	private final PrintStream screen;
	private final String name;
	private final long total;
	private long next = SILENT_NANOS;

	/**
	 * @param total negative if nobody knows
	 */
	Progress(CommandSession session, String name, long total) {
		var process = Process.Utils.current();
		boolean seen = session.get(TERMINAL) != null && process != null && process.isTty(OUTPUT);
		this.screen = seen ? session.getConsole() : null;
		this.name = name;
		this.total = total;
	}

	void show(long bytes, long nanos) {
		if (screen == null || nanos < next)
			return;
		next = nanos + STEP_NANOS;
		long perSecond = (long) (bytes * 1e9 / nanos);
		write(total < 0 ? String.format(Locale.ROOT, "%s: %sB, %sB/s", name, Words.scaled(bytes), Words.scaled(perSecond))
				: String.format(Locale.ROOT, "%s: %d%% of %sB, %sB/s", name, 100 * bytes / Math.max(total, 1),
						Words.scaled(total), Words.scaled(perSecond)));
	}

	private void write(String line) {
		screen.print("\r" + line.substring(0, Math.min(line.length(), LINE)) + " ".repeat(Math.max(0, LINE - line.length())));
		screen.flush();
	}

	@Override
	public void close() {
		if (next > SILENT_NANOS) {
			write("");
			screen.print("\r");
			screen.flush();
		}
	}
}
