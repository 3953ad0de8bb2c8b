package port.guestagent;

/** Too many calls wait already. The agent has not heard of this one. */
public final class AgentBusyException extends AgentException {
	private static final long serialVersionUID = 1;

	/**
	 * A call that was not taken.
	 *
	 * @param message one line
	 */
	public AgentBusyException(String message) {
		super(message);
	}
}
