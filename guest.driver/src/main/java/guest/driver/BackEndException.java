package guest.driver;

import java.io.IOException;

/** The back-end refused, broke the protocol, went away or kept silent. */
public final class BackEndException extends IOException {
	private static final long serialVersionUID = 1L;

	BackEndException(String message) {
		super(message);
	}
}
