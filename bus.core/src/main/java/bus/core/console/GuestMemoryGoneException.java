package bus.core.console;

/** The front-end took away memory that it had given: the kernel found no page behind a guest address. */
final class GuestMemoryGoneException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	GuestMemoryGoneException() {
		super("the front-end truncated the guest's memory file", null, false, false);
	}
}
