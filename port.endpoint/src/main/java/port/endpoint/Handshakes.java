package port.endpoint;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;

import bus.linux.Linux;
import bus.linux.Peer;
import tlschannel.ServerTlsChannel;
import tlschannel.TlsChannel;

/** Those who have come to a listening socket and have not proved yet who they are. */
final class Handshakes implements Tunnel.Host, AutoCloseable {
	/** Who wants more at once has others in mind than to talk: the one that has taken longest goes. */
	static final int MOST = 64;

	private final Credentials credentials;
	private final AllowList allow;
	private final Arrivals arrivals;
	private final EndpointLoop loop;
	/** With those that the thread has not come to yet. */
	private final AtomicInteger descriptors = new AtomicInteger();
	/** The endpoint thread's; those that have taken longest first. */
	private final Deque<Tunnel> underWay = new ArrayDeque<>();

	Handshakes(Access access, Arrivals arrivals) throws IOException {
		this.credentials = new Credentials(access);
		this.allow = access.allow;
		this.arrivals = arrivals;
		this.loop = EndpointLoop.enter();
	}

	/** Loop thread of the bus; the client is this object's from here on. */
	void begin(int client) {
		if (descriptors.incrementAndGet() > 2 * MOST) {
			descriptors.decrementAndGet();
			arrivals.refuse(Peer.name(client), "more than " + MOST + " handshakes at once");
			Linux.close(client);
			return;
		}
		loop.stay();
		loop.post(() -> shakeHands(client));
	}

	private void shakeHands(int client) {
		if (underWay.size() >= MOST)
			underWay.getFirst().fail("more than " + MOST + " handshakes at once");
		var tunnel = new Tunnel(loop, client, allow, this::channel, this);
		underWay.add(tunnel);
		tunnel.begin();
	}

	private TlsChannel channel(DescriptorChannel network) {
		var builder = ServerTlsChannel.newBuilder(network, credentials.context());
		return Tunnel.configured(builder.withEngineFactory(credentials::server)).build();
	}

	@Override
	public void established(Tunnel tunnel, Connection connection) {
		underWay.remove(tunnel);
		descriptors.decrementAndGet();
		arrivals.post(connection);
	}

	@Override
	public void refused(String who, String why) {
		arrivals.refuse(who, why);
	}

	@Override
	public void gone(Tunnel tunnel) {
		if (underWay.remove(tunnel))
			descriptors.decrementAndGet();
	}

	@Override
	public void close() {
		loop.post(() -> {
			while (!underWay.isEmpty())
				underWay.getFirst().fail("the port has gone");
			loop.leave();
		});
	}
}
