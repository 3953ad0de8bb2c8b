package port.socket;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

import port.testkit.FarEnd;

/** A client of a UNIX socket. */
final class UnixFarEnd {

	private UnixFarEnd() {
	}

	static FarEnd connect(Path path) throws IOException {
		var client = SocketChannel.open(StandardProtocolFamily.UNIX);
		client.connect(UnixDomainSocketAddress.of(path));
		client.configureBlocking(false);
		return FarEnd.of(client);
	}
}
