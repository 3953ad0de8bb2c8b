package port.guestagent;

/** The call's time ran out. The agent may have done what it was asked for, unless {@link #sent} says otherwise. */
public final class AgentTimeoutException extends AgentException {
	private static final long serialVersionUID = 1;

	private final boolean sent;
	private final boolean paused;

	/**
	 * A call without an answer.
	 *
	 * @param message one line
	 * @param sent whether the agent may have heard of it
	 * @param paused whether the virtual machine was paused
	 */
	public AgentTimeoutException(String message, boolean sent, boolean paused) {
		super(message);
		this.sent = sent;
		this.paused = paused;
	}

	/** False if the call was still waiting for its turn: the agent has not heard of it. */
	public boolean sent() {
		return sent;
	}

	/** True if the virtual machine was paused when the time ran out: no sign of an agent that does not work. */
	public boolean paused() {
		return paused;
	}
}
