package port.guestagent;

/**
 * The calling thread was interrupted, and still is: its flag is set. The call was given up; the agent may have done
 * what it was asked for.
 */
public final class AgentInterruptedException extends AgentException {
	private static final long serialVersionUID = 1;

	/**
	 * A call that was given up.
	 *
	 * @param message one line
	 */
	public AgentInterruptedException(String message) {
		super(message);
	}
}
