package port.socket;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import bus.api.HostPort;
import port.testkit.FarEnd;
import port.testkit.HostPortContract;
import port.testkit.Trait;

class SocketContractTest extends HostPortContract {

	@Override
	protected HostPort port() {
		return Configs.port("listen", "unix:" + path());
	}

	private Path path() {
		return folder.resolve("x.sock");
	}

	@Override
	protected FarEnd farEnd() throws IOException {
		var client = SocketChannel.open(StandardProtocolFamily.UNIX);
		client.connect(UnixDomainSocketAddress.of(path()));
		client.configureBlocking(false);
		return FarEnd.of(client);
	}

	@Override
	protected Set<Trait> traits() {
		return EnumSet.complementOf(EnumSet.of(Trait.CONSOLE));
	}

	@Override
	protected List<HostPort> misconfigured() throws IOException {
		var taken = Files.writeString(folder.resolve("file"), "not a socket");
		return List.of(Configs.port("listen", "unix:"), Configs.port("listen", "tcp:127.0.0.1:70000"),
				Configs.port("listen", "unix:" + folder.resolve("no/x.sock")), Configs.port("listen", "unix:" + taken));
	}
}
