package bus.core.console;

/** A device's state is not taken, or not given; nothing has changed. */
public final class StateRefusedException extends Exception {

	private static final long serialVersionUID = 1L;

	/**
	 * @param message one line: what differs, with {@code name=value}, and what to do
	 */
	public StateRefusedException(String message) {
		super(message, null, false, false);
	}
}
