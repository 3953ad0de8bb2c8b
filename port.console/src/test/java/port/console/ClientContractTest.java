package port.console;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import bus.api.HostPort;
import port.testkit.FarEnd;
import port.testkit.HostPortContract;
import port.testkit.Trait;

/** The far end is a raw client, the only visitor; what vport says to it at the door it does not pass on. */
class ClientContractTest extends HostPortContract {

	@Override
	protected HostPort port() {
		return Configured.port("listen=unix:" + folder.resolve("z"), "replay=0", "log=" + folder.resolve("log"));
	}

	@Override
	protected FarEnd farEnd() throws IOException {
		return new RawClient(UnixDomainSocketAddress.of(folder.resolve("z")));
	}

	@Override
	protected Set<Trait> traits() {
		return EnumSet.of(Trait.FROM_GUEST, Trait.TO_GUEST, Trait.FAR_END_WAITS, Trait.FAR_END_RETURNS, Trait.CONSOLE);
	}

	@Override
	protected int many() {
		return 256 << 10;
	}

	@Override
	protected List<HostPort> misconfigured() {
		return List.of(Configured.port("listen=nonsense"), Configured.port("listen=unix:" + folder.resolve("no/z")),
				Configured.port("log=" + folder), Configured.port("record=" + folder.resolve("no/x")),
				Configured.port("listen=unix:" + folder.resolve("z"), "escape=nonsense"),
				Configured.port("log=" + folder.resolve("log"), "logfilemax=1"), Configured.port("logfilemax=1m"),
				Configured.port("listen=unix:" + folder.resolve("z"), "allow=name:x"),
				Configured.port("log=" + folder.resolve("log"), "link=" + folder));
	}

	private static final class RawClient implements FarEnd {
		private static final String GREETED = "]\r\n";

		private final SocketChannel channel;

		RawClient(UnixDomainSocketAddress address) throws IOException {
			channel = SocketChannel.open(address);
			channel.configureBlocking(false);
			var greeting = new StringBuilder();
			var byteAt = ByteBuffer.allocate(1);
			try (var selector = Selector.open()) {
				channel.register(selector, SelectionKey.OP_READ);
				while (greeting.indexOf(GREETED) < 0) {
					if (selector.select(10_000) == 0)
						throw new AssertionError("no greeting: " + greeting);
					selector.selectedKeys().clear();
					while (greeting.indexOf(GREETED) < 0 && channel.read(byteAt.clear()) > 0)
						greeting.append(StandardCharsets.US_ASCII.decode(byteAt.flip()));
				}
			}
		}

		@Override
		public int read(ByteBuffer target) throws IOException {
			return Math.max(0, channel.read(target));
		}

		@Override
		public int write(ByteBuffer source) throws IOException {
			return channel.write(source.duplicate());
		}

		@Override
		public void close() throws IOException {
			channel.close();
		}
	}
}
