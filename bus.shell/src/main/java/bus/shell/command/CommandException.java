package bus.shell.command;

/**
 * A command was called with what does not exist or cannot be done. The shell shows the message alone, in one line; a script
 * that does not catch it ends there, and vport with the exit code.
 */
public final class CommandException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/** Of a process. */
	private static final int MOST = 255;

	private final int exitCode;

	/**
	 * With exit code 1.
	 *
	 * @param message one line
	 */
	public CommandException(String message) {
		this(message, 1);
	}

	/**
	 * For a command that ran a program.
	 *
	 * @param message one line
	 * @param exitCode the program's; not 0; a number that no process can end with, as there are on Windows, counts as 1
	 */
	public CommandException(String message, int exitCode) {
		super(message);
		this.exitCode = exitCode;
	}

	/** What vport is to end with if nobody catches this: 1 to 255. */
	public int exitCode() {
		return exitCode > 0 && exitCode <= MOST ? exitCode : 1;
	}

	/** What Gogo prints of an exception. */
	@Override
	public String toString() {
		return getMessage();
	}
}
