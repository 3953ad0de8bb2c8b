package bus.vhostuser.session;

/** A message is refused; what was asked for has not been done. */
class RefusedException extends Exception {

	private static final long serialVersionUID = 1L;

	/**
	 * @param message why, with {@code name=value}
	 */
	RefusedException(String message) {
		super(message, null, false, false);
	}
}
