package port.guestagent;

import java.io.IOException;

/**
 * A call of an agent that came to nothing. The message is one line for people; the subclasses tell programs what
 * happened, and whether the agent may have done what it was asked for all the same.
 */
public class AgentException extends IOException {
	private static final long serialVersionUID = 1;

	/**
	 * A reason without a class of its own.
	 *
	 * @param message one line
	 */
	public AgentException(String message) {
		super(message);
	}
}
