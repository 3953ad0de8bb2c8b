package guest.driver;

/** The guest's memory is too small for what the driver was asked to set up. */
public final class OutOfGuestMemoryException extends RuntimeException {
	private static final long serialVersionUID = 1L;

	OutOfGuestMemoryException(long wanted, long free, long size) {
		super("guest memory exhausted: wanted=" + wanted + " free=" + free + " size=" + size
				+ "; give the guest more memory, or fewer or smaller buffers");
	}
}
