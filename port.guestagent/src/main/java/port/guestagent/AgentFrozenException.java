package port.guestagent;

import java.time.Instant;

/** The guest's file systems are frozen, and the command is none of the few that an agent executes then. */
public final class AgentFrozenException extends AgentException {
	private static final long serialVersionUID = 1;

	private final Instant since;

	/**
	 * A call that was not sent.
	 *
	 * @param message one line
	 * @param since when they were frozen
	 */
	public AgentFrozenException(String message, Instant since) {
		super(message);
		this.since = since;
	}

	/** When they were frozen. */
	public Instant since() {
		return since;
	}
}
