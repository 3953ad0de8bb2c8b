package port.guestagent;

/** Nobody is there to ask. The agent has not heard of the call. */
public final class AgentNotReadyException extends AgentException {
	private static final long serialVersionUID = 1;

	private final AgentState state;

	/**
	 * A call that was not sent.
	 *
	 * @param message one line
	 * @param state any but {@link AgentState#READY}
	 */
	public AgentNotReadyException(String message, AgentState state) {
		super(message);
		this.state = state;
	}

	/** How far the way to the agent had come. */
	public AgentState state() {
		return state;
	}
}
