package port.socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import bus.api.HostPort;
import port.testkit.FarEnd;
import port.testkit.HostPortContract;
import port.testkit.Trait;

/** One client over TCP, which the bus attaches. */
class TcpContractTest extends HostPortContract {
	private final int number = FreePort.find();

	@Override
	protected HostPort port() {
		return Configs.port("listen", "tcp:127.0.0.1:" + number);
	}

	@Override
	protected FarEnd farEnd() throws IOException {
		var client = SocketChannel.open(new InetSocketAddress("127.0.0.1", number));
		client.configureBlocking(false);
		return FarEnd.of(client);
	}

	@Override
	protected Set<Trait> traits() {
		return EnumSet.complementOf(EnumSet.of(Trait.CONSOLE));
	}

	@Override
	protected List<HostPort> misconfigured() throws IOException {
		return List.of(Configs.port(), Configs.port("listen", "tcp:127.0.0.1:1", "connect", "tcp:127.0.0.1:1"),
				Configs.port("connect", "tcp:127.0.0.1:1", "clients", "fanout"),
				Configs.port("connect", "tcp:127.0.0.1:0"), Configs.port("listen", "tcp:127.0.0.1:0", "ca", "/x"),
				Configs.port("listen", "tcp:127.0.0.1:0", "allow", new String[] { "uid:1" }),
				Configs.port("listen", "tls:127.0.0.1:0"));
	}
}
