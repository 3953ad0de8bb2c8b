package bus.core.console;

/**
 * Thrown to a loop thread that comes back from port code after its device was given to another thread: it must not touch
 * the device any more, and unwinds to where it began. Whoever catches errors on that way lets this one pass.
 */
public final class LoopLost extends Error {

	private static final long serialVersionUID = 1L;

	public LoopLost() {
		super("this thread has lost its bus while port code kept it", null, false, false);
	}
}
