package port.endpoint;

import bus.linux.Errno;
import bus.linux.LinuxException;
import bus.linux.Sockets;

/** Sockets between a host and its virtual machines, which not every kernel has. */
final class Vsock {

	private Vsock() {
	}

	static int listen(int cid, int port) throws LinuxException {
		try {
			return Sockets.listenVsock(cid, port == 0 ? -1 : port);
		} catch (LinuxException e) {
			throw explained(e);
		}
	}

	static int connect(int cid, int port) throws LinuxException {
		try {
			return Sockets.connectVsock(cid, port);
		} catch (LinuxException e) {
			throw explained(e);
		}
	}

	private static LinuxException explained(LinuxException e) {
		if (e.errno() != Errno.EAFNOSUPPORT)
			return e;
		return new LinuxException("vsock, which needs the kernel module vsock (modprobe vhost_vsock on a host,"
				+ " modprobe vsock_loopback for CID 1)", e.errno());
	}
}
