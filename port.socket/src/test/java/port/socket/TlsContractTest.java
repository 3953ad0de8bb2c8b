package port.socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

import bus.api.HostPort;
import port.testkit.FarEnd;
import port.testkit.HostPortContract;
import port.testkit.TestAuthority;
import port.testkit.TestAuthority.Papers;
import port.testkit.Trait;
import tlschannel.ClientTlsChannel;
import tlschannel.TlsChannel;
import tlschannel.TlsChannelFlowControlException;

/** One client over TLS, with a certificate; for the bus it is a descriptor like any other. */
class TlsContractTest extends HostPortContract {
	@TempDir
	static Path papers;
	private static TestAuthority authority;
	private static Papers server;
	private static Papers client;

	private final int number = FreePort.find();
	private SocketPort port;

	@BeforeAll
	static void certificates() throws Exception {
		authority = new TestAuthority(papers.resolve("authority"));
		server = authority.issue("server", "EC", "ip:127.0.0.1");
		client = authority.issue("client", "EC");
	}

	@Override
	protected HostPort port() throws Exception {
		return port = Configs.port("listen", "tls:127.0.0.1:" + number, "cert", server.cert().toString(), "key",
				server.key().toString(), "ca", authority.ca().toString(), "allow", new String[] { "name:client" });
	}

	@Override
	protected FarEnd farEnd() throws Exception {
		long before = accepted();
		var network = SocketChannel.open(new InetSocketAddress("127.0.0.1", number));
		var engine = authority.context(client).createSSLEngine();
		engine.setUseClientMode(true);
		var tls = ClientTlsChannel.newBuilder(network, engine).build();
		tls.handshake();
		network.configureBlocking(false);
		long deadline = System.nanoTime() + patience().toNanos();
		while (accepted() == before && System.nanoTime() - deadline < 0)
			Thread.onSpinWait();
		return new TlsFarEnd(tls);
	}

	/** In TLS 1.3 a client is through with its handshake before the server is; an update in between ends it. */
	private long accepted() {
		return (Long) port.figures().get("accepted");
	}

	/** @param tls blocks in its handshake only */
	private record TlsFarEnd(TlsChannel tls) implements FarEnd {

		@Override
		public int read(ByteBuffer target) throws IOException {
			try {
				return tls.read(target);
			} catch (TlsChannelFlowControlException e) {
				return 0;
			}
		}

		@Override
		public int write(ByteBuffer source) throws IOException {
			int before = source.remaining();
			try {
				tls.write(source);
			} catch (TlsChannelFlowControlException e) {
				// some of it may have gone
			}
			return before - source.remaining();
		}

		@Override
		public void close() throws IOException {
			tls.close();
		}
	}

	@Override
	protected Set<Trait> traits() {
		return EnumSet.complementOf(EnumSet.of(Trait.CONSOLE));
	}

	@Override
	protected List<HostPort> misconfigured() throws Exception {
		String listen = "tls:127.0.0.1:" + number;
		String cert = server.cert().toString();
		return List.of(Configs.port("listen", listen, "cert", cert, "key", "/nowhere"),
				Configs.port("listen", listen, "cert", cert, "key", cert),
				Configs.port("listen", listen, "cert", cert, "key", client.key().toString()),
				Configs.port("listen", listen, "cert", cert),
				Configs.port("listen", listen, "cert", cert, "key", server.key().toString(), "allow",
						new String[] { "name:client" }));
	}
}
