package bus.itest;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** A TCP port of this machine that nobody listened on just now. */
final class FreePort {

	private FreePort() {
	}

	static InetSocketAddress find() throws IOException {
		try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return new InetSocketAddress(free.getInetAddress(), free.getLocalPort());
		}
	}
}
