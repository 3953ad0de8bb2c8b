package bus.vhostuser.session;

/** A message is refused because descriptors are missing; so is the machine, if its guest does not run yet. */
final class OutOfDescriptorsException extends RefusedException {

	private static final long serialVersionUID = 1L;

	OutOfDescriptorsException(String message) {
		super(message);
	}
}
