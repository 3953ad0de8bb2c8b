package bus.shell;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;

import org.apache.felix.service.command.CommandSession;

/**
 * How long a command stays that has no end of its own: on a terminal until q or ^C is pressed, elsewhere until its thread
 * is interrupted. The keys are read raw, because Gogo answers a ^C of its own with the name of an exception.
 */
final class Stay implements AutoCloseable {
	private static final int INTERRUPT = 3; // ^C
	private static final long LONGEST_MS = 200;

	private final CommandSession session;
	private final RawTerminal keys;

	Stay(CommandSession session) {
		this.session = session;
		this.keys = Screens.hasKeys(session) ? new RawTerminal(Screens.terminal(session)) : null;
	}

	/** Whether somebody is there to press a key. */
	boolean hasKeys() {
		return keys != null;
	}

	/** For a picture that is drawn anew. */
	OutputStream screen() {
		return keys.output();
	}

	int height() {
		return keys.height();
	}

	/** Waits a moment at most until a time of System.nanoTime; answers whether to go on. */
	boolean goesOn(long until) throws IOException, InterruptedException {
		session.getConsole().flush(); // what was printed, into a terminal that keeps it back
		long millis = Math.clamp(TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime()), 1, LONGEST_MS);
		if (keys == null) {
			Thread.sleep(millis);
			return true;
		}
		int key = keys.read(millis);
		return key != 'q' && key != INTERRUPT && key != Conversation.Keys.END;
	}

	@Override
	public void close() {
		if (keys != null)
			keys.close();
	}
}
