package port.endpoint;

import bus.linux.Linux;

/**
 * Options of TCP, for {@code tcp:} and {@code tls:}; others have none.
 *
 * @param nodelay whether each piece is sent at once (TCP_NODELAY), rather than waiting for company
 * @param keepalive seconds of silence after which the kernel asks whether the peer is still there; ten seconds apart, and
 *        after the sixth question without an answer the connection has ended. 0: it never asks
 */
public record Tuning(boolean nodelay, int keepalive) {
	/** A key press goes at once, and a machine that has lost its power does not hold a port for ever. */
	public static final Tuning DEFAULT = new Tuning(true, 60);

	private static final int INTERVAL_SECONDS = 10;
	private static final int QUESTIONS = 6;

	void apply(int descriptor) {
		Linux.setsockopt(descriptor, Linux.IPPROTO_TCP, Linux.TCP_NODELAY, nodelay ? 1 : 0);
		if (keepalive <= 0)
			return;
		Linux.setsockopt(descriptor, Linux.SOL_SOCKET, Linux.SO_KEEPALIVE, 1);
		Linux.setsockopt(descriptor, Linux.IPPROTO_TCP, Linux.TCP_KEEPIDLE, keepalive);
		Linux.setsockopt(descriptor, Linux.IPPROTO_TCP, Linux.TCP_KEEPINTVL, INTERVAL_SECONDS);
		Linux.setsockopt(descriptor, Linux.IPPROTO_TCP, Linux.TCP_KEEPCNT, QUESTIONS);
	}
}
