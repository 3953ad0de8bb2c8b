package guest.driver.shell;

/** A command cannot be done. The shell shows the message alone, in one line. */
final class CommandException extends RuntimeException {
	private static final long serialVersionUID = 1L;

	CommandException(String message) {
		super(message);
	}

	CommandException(String what, Exception cause) {
		super(what + ": " + cause.getMessage(), cause);
	}

	/** What Gogo prints of an exception. */
	@Override
	public String toString() {
		return getMessage();
	}
}
