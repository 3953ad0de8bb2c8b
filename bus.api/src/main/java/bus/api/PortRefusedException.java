package bus.api;

/** A port cannot be plugged as asked. The message says why, and what would be allowed. */
public final class PortRefusedException extends Exception {

	private static final long serialVersionUID = 1L;

	/**
	 * @param message one line for the operator
	 */
	public PortRefusedException(String message) {
		super(message);
	}

	/**
	 * @param message one line for the operator
	 * @param cause what the port threw
	 */
	public PortRefusedException(String message, Throwable cause) {
		super(message, cause);
	}
}
