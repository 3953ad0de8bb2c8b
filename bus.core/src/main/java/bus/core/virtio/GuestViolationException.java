package bus.core.virtio;

/**
 * The guest's driver broke a rule of its rings. Thrown where it is found, caught at the one place that latches the queue
 * and reports it once.
 */
public final class GuestViolationException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * @param message the rule, with the offending {@code name=value}
	 */
	public GuestViolationException(String message) {
		super(message, null, false, false); // a guest must not make us fill in stack traces at its pace
	}
}
