package bus.linux;

import java.io.IOException;

/** A system call failed; the message names the call, its object and the error. */
public final class LinuxException extends IOException {

	private static final long serialVersionUID = 1L;

	private final int errno;

	/**
	 * @param what the call and its object, as in {@code bind(/run/vm1.sock)}
	 * @param errno the positive error number
	 */
	public LinuxException(String what, int errno) {
		super(what + ": " + Errno.text(errno));
		this.errno = errno;
	}

	/** The positive error number, as in {@link Errno}. */
	public int errno() {
		return errno;
	}

	/**
	 * Passes the answer of a call of {@link Linux} on, or throws.
	 *
	 * @param answer what the call answered
	 * @param what the call and its object, for the message
	 * @return {@code answer}, which is not negative
	 * @throws LinuxException if {@code answer} is negative
	 */
	public static long check(long answer, String what) throws LinuxException {
		if (answer < 0)
			throw new LinuxException(what, (int) -answer);
		return answer;
	}
}
