package bus.shell;

/** A command was called with what does not exist or cannot be done. The shell shows the message alone, in one line. */
final class CommandException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	CommandException(String message) {
		super(message);
	}

	/** What Gogo prints of an exception. */
	@Override
	public String toString() {
		return getMessage();
	}
}
