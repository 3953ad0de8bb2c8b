package port.guestagent;

/** The agent does not have this command, or was told not to execute it. It was not asked. */
public final class AgentUnsupportedException extends AgentException {
	private static final long serialVersionUID = 1;

	private final String command;
	private final boolean disabled;

	/**
	 * A command that is not in {@link AgentInfo#commands}.
	 *
	 * @param message one line
	 * @param command which
	 * @param disabled whether the agent knows it
	 */
	public AgentUnsupportedException(String message, String command, boolean disabled) {
		super(message);
		this.command = command;
		this.disabled = disabled;
	}

	/** Which command. */
	public String command() {
		return command;
	}

	/** True if the agent knows the command and whoever installed it has blocked it; false if the agent is too old. */
	public boolean disabled() {
		return disabled;
	}
}
