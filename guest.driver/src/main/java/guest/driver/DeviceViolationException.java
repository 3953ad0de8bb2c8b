package guest.driver;

/** The device did what virtio forbids; the ring cannot be trusted any more. */
public final class DeviceViolationException extends RuntimeException {
	private static final long serialVersionUID = 1L;

	DeviceViolationException(String message) {
		super(message);
	}
}
