package port.guestagent;

/** The agent answered with an error. */
public final class AgentErrorException extends AgentException {
	private static final long serialVersionUID = 1;

	private final String command;
	private final String errorClass;
	private final String description;

	/**
	 * An answer.
	 *
	 * @param command what the agent was asked for
	 * @param errorClass the {@code class} of its answer, mostly {@code GenericError}
	 * @param description the {@code desc} of its answer
	 */
	public AgentErrorException(String command, String errorClass, String description) {
		super(command + ": " + description.replaceAll("\\s+", " ") + " (" + errorClass + ")");
		this.command = command;
		this.errorClass = errorClass;
		this.description = description;
	}

	/** What the agent was asked for. */
	public String command() {
		return command;
	}

	/** The {@code class} of its answer, mostly {@code GenericError}. */
	public String errorClass() {
		return errorClass;
	}

	/** The {@code desc} of its answer, as it came. */
	public String description() {
		return description;
	}
}
