package bus.shell;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Process;

/** Whether there is somebody to ask, and to show a changing picture to. */
final class Screens {
	/** Where gogo.jline keeps its terminal in a session. */
	private static final String TERMINAL = ".terminal";
	private static final int INPUT = 0;
	private static final int OUTPUT = 1;

	private Screens() {
	}

	/** JLine's terminal; an object so that callers need not know JLine. */
	static Object terminal(CommandSession session) {
		return session.get(TERMINAL);
	}

	/** Whether the session is at a terminal. */
	static boolean isTerminal(CommandSession session) {
		return terminal(session) != null && RawTerminal.isReal(terminal(session));
	}

	/** Whether the keys that are pressed now are the running command's. */
	static boolean hasKeys(CommandSession session) {
		return isOn(session, INPUT);
	}

	/** Whether what the running command prints is seen there, rather than piped or kept. */
	static boolean isWatched(CommandSession session) {
		return hasKeys(session) && isOn(session, OUTPUT);
	}

	/** Whether what the running command draws is seen there as it is drawn. */
	static boolean isDrawnOn(CommandSession session) {
		return isWatched(session) && RawTerminal.isScreen(terminal(session));
	}

	private static boolean isOn(CommandSession session, int stream) {
		var process = Process.Utils.current();
		return isTerminal(session) && process != null && process.isTty(stream);
	}
}
