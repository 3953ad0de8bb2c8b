package port.socket;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import bus.api.HostPort;
import port.testkit.FarEnd;
import port.testkit.HostPortContract;
import port.testkit.Trait;

/** The port goes to a server: the far end is what that accepts. */
class ConnectContractTest extends HostPortContract {
	private ServerSocketChannel server;

	@BeforeEach
	void listen() throws IOException {
		server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
		server.bind(UnixDomainSocketAddress.of(path()));
	}

	@AfterEach
	void close() throws IOException {
		server.close();
	}

	private Path path() {
		return folder.resolve("server.sock");
	}

	@Override
	protected HostPort port() {
		return Configs.port("connect", "unix:" + path(), "reconnect", 1);
	}

	@Override
	protected FarEnd farEnd() throws IOException {
		var client = server.accept();
		client.configureBlocking(false);
		return FarEnd.of(client);
	}

	@Override
	protected Set<Trait> traits() {
		return EnumSet.complementOf(EnumSet.of(Trait.CONSOLE));
	}
}
