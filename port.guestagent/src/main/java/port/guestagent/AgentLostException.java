package port.guestagent;

/**
 * The agent went away in the middle of the call, the guest restarted, the port was unplugged, or the answer was none.
 * The agent may have done what it was asked for.
 */
public final class AgentLostException extends AgentException {
	private static final long serialVersionUID = 1;

	/**
	 * A call without an answer.
	 *
	 * @param message one line
	 */
	public AgentLostException(String message) {
		super(message);
	}
}
