package bus.repository;

/** A bundle cannot be installed, and nothing has changed. The shell shows the message alone, in one line. */
final class InstallException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	InstallException(String message) {
		super(message);
	}

	/** What Gogo prints of an exception. */
	@Override
	public String toString() {
		return getMessage();
	}
}
