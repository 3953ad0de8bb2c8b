package port.endpoint;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

import javax.net.ssl.SSLException;

import bus.linux.Linux;
import bus.linux.LinuxException;
import bus.linux.Peer;
import tlschannel.NeedsReadException;
import tlschannel.NeedsTaskException;
import tlschannel.NeedsWriteException;
import tlschannel.TlsChannel;
import tlschannel.TlsChannelBuilder;

/**
 * A TLS connection: on one side the network, on the other a pair of sockets whose far end is given out as the
 * connection's descriptor, so that a bus attaches it like any other, and goes on with it when the port's bundle is
 * updated. In each direction there is one buffer, and beyond it the kernel's: who does not read makes the other wait.
 * Everything happens on the endpoint's thread, but TLS's own long calculations.
 */
final class Tunnel {
	static final long HANDSHAKE_NANOS = TimeUnit.SECONDS.toNanos(10);

	private static final System.Logger LOG = System.getLogger("port.endpoint");
	/** How long who is told goodbye may take to read what was sent before. */
	private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(5);
	/** A record of TLS. */
	private static final int PIECE = 16 << 10;
	/** Then it is another tunnel's turn. */
	private static final int ROUNDS = 16;

	private enum Phase {
		HANDSHAKE, OPEN, LINGER, CLOSED
	}

	/** Who waits for the connection. On the endpoint's thread: either established, or refused and, a little later, gone. */
	interface Host {
		void established(Tunnel tunnel, Connection connection);

		void refused(String who, String why);

		void gone(Tunnel tunnel);
	}

	private final EndpointLoop loop;
	private final int network;
	private final String who;
	private final AllowList allow;
	private final Host host;
	private final DescriptorChannel channel;
	private final TlsChannel tls;
	private final ByteBuffer inward = ByteBuffer.allocate(PIECE).limit(0);
	private final ByteBuffer outward = ByteBuffer.allocate(PIECE).limit(0);
	private Phase phase = Phase.HANDSHAKE;
	private EndpointLoop.Alarm alarm;
	/** The pair's near end. */
	private int plain = -1;
	private DescriptorChannel plainChannel;
	/** The network has said its last byte. */
	private boolean networkDone;
	private boolean networkDoneTold;
	/** The pair's far end has been closed. */
	private boolean plainDone;
	/** TLS has something that the network did not take. */
	private boolean flushing;
	/** A calculation of TLS is under way on another thread. */
	private boolean calculating;
	private boolean queued;

	/**
	 * @param loop its user has {@linkplain EndpointLoop#stay stayed} for this tunnel, which leaves when it ends
	 * @param network a connected socket, this object's from now on
	 * @param tls makes the channel over it
	 */
	Tunnel(EndpointLoop loop, int network, AllowList allow, Function<DescriptorChannel, TlsChannel> tls, Host host) {
		this.loop = loop;
		this.network = network;
		this.who = Peer.name(network);
		this.allow = allow;
		this.host = host;
		this.channel = new DescriptorChannel(loop, network);
		this.tls = tls.apply(channel);
	}

	/** What both kinds of channels have in common: others calculate, and buffers are not made anew for each record. */
	static <B extends TlsChannelBuilder<B>> B configured(B builder) {
		return builder.withRunTasks(false).withReleaseBuffers(false);
	}

	void begin() {
		alarm = loop.after(HANDSHAKE_NANOS, () -> fail("no handshake within 10 s"));
		try {
			loop.watch(network, events -> pump());
		} catch (LinuxException e) {
			fail(e.getMessage());
		}
	}

	private void pump() {
		if (calculating || phase == Phase.CLOSED)
			return;
		try {
			int rounds = ROUNDS;
			while (step())
				if (--rounds == 0) {
					again();
					return;
				}
		} catch (NeedsTaskException e) {
			calculate(e.getTask());
		} catch (IOException | RuntimeException | AssertionError e) { // the library's checks are of the last kind
			fail(e instanceof ClosedChannelException ? "it has gone" : e.getMessage());
		}
	}

	private void again() {
		if (queued)
			return;
		queued = true;
		loop.post(() -> {
			queued = false;
			pump();
		});
	}

	/** A signature takes milliseconds, in which the thread can do much for the others. */
	private void calculate(Runnable task) {
		calculating = true;
		Thread.ofVirtual().name("port.endpoint TLS").start(() -> {
			try {
				task.run();
			} finally { // what it has thrown is TLS's to tell
				loop.post(() -> {
					calculating = false;
					if (phase == Phase.CLOSED)
						loop.leave();
					else
						pump();
				});
			}
		});
	}

	/** @return whether it makes sense to go on */
	private boolean step() throws IOException {
		return switch (phase) {
			case HANDSHAKE -> handshake();
			case OPEN -> {
				boolean in = in();
				boolean out = out();
				yield in || out;
			}
			case LINGER -> linger();
			case CLOSED -> false;
		};
	}

	private boolean handshake() throws IOException {
		try {
			tls.handshake();
		} catch (NeedsReadException | NeedsWriteException e) {
			return false;
		} catch (SSLException e) {
			reject(e.getMessage());
			return true;
		}
		loop.cancel(alarm);
		var session = tls.getSslEngine().getSession();
		var names = CertificateNames.of(session);
		String peer = names.isEmpty() ? who : names.getFirst() + " at " + who;
		if (!allow.allows(names)) {
			host.refused(peer, "not among allow=" + allow);
			sayGoodbye();
			return true;
		}
		open(peer, session.getProtocol());
		return true;
	}

	private void open(String peer, String protocol) throws LinuxException {
		try (var arena = Arena.ofConfined()) {
			var pair = arena.allocate(JAVA_INT, 2);
			LinuxException.check(Linux.socketpair(Linux.AF_UNIX, Linux.SOCK_STREAM, pair.address()), "socketpair");
			plain = pair.get(JAVA_INT, 0);
			plainChannel = new DescriptorChannel(loop, plain);
			phase = Phase.OPEN;
			host.established(this, new Connection(pair.getAtIndex(JAVA_INT, 1), peer, protocol));
			loop.watch(plain, events -> pump());
		}
	}

	private boolean in() throws IOException {
		if (plainDone)
			return false; // nobody is there to hear it
		if (inward.hasRemaining() && !hand())
			return false;
		if (networkDone) {
			if (!networkDoneTold)
				Linux.shutdown(plain, Linux.SHUT_WR);
			networkDoneTold = true;
			return false;
		}
		inward.clear();
		try {
			networkDone = tls.read(inward) < 0;
			return true;
		} catch (NeedsReadException | NeedsWriteException e) {
			return false;
		} finally {
			inward.flip();
		}
	}

	/** @return whether all was taken */
	private boolean hand() {
		try {
			plainChannel.write(inward);
		} catch (LinuxException e) {
			inward.limit(inward.position()); // nobody hears it; what was said before can still be read
		}
		return !inward.hasRemaining();
	}

	private boolean out() throws IOException {
		try {
			if (flushing || outward.hasRemaining()) {
				tls.write(outward);
				if (outward.hasRemaining()) { // TLS 1.2 knows no half of a connection: the other half has ended, too
					outward.limit(outward.position());
					plainDone = true;
				}
			}
			flushing = false;
		} catch (NeedsReadException | NeedsWriteException e) {
			flushing = true;
			return false;
		}
		if (plainDone) {
			sayGoodbye();
			return true;
		}
		outward.clear();
		int read = -1;
		try {
			read = plainChannel.read(outward);
		} catch (LinuxException e) {
			// the same as the end
		} finally {
			outward.flip();
		}
		plainDone = read < 0;
		return read != 0;
	}

	/** TLS tells the other side that this is the end and not a cut wire; what was sent before must arrive, too. */
	private void sayGoodbye() throws IOException {
		phase = Phase.LINGER;
		closePlain();
		alarm = loop.after(LINGER_NANOS, this::close);
		channel.keepTail();
		tls.shutdown();
	}

	/** To close at once would reset a connection on which bytes arrive, and the peer would lose what it has not read. */
	private boolean linger() throws LinuxException {
		if (!channel.flush())
			return false;
		Linux.shutdown(network, Linux.SHUT_WR);
		int read = channel.read(inward.clear());
		if (read < 0 || networkDone)
			close();
		return read > 0; // who goes on to send waits for its turn as others do, or nobody else would have one
	}

	/** Ends a tunnel that cannot go on, or that nobody waits for any more. */
	void fail(String reason) {
		if (phase == Phase.CLOSED)
			return;
		if (phase == Phase.HANDSHAKE)
			host.refused(who, reason);
		else
			LOG.log(System.Logger.Level.DEBUG, who + ": " + reason);
		close();
	}

	/**
	 * Ends a handshake that went wrong. The library leaves what TLS has to say to that in its engine; without it who has
	 * shown the wrong certificate reads no more than "connection reset".
	 */
	private void reject(String reason) throws IOException {
		host.refused(who, reason);
		loop.cancel(alarm);
		alarm = loop.after(LINGER_NANOS, this::close);
		phase = Phase.LINGER;
		var engine = tls.getSslEngine();
		var alert = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
		engine.wrap(ByteBuffer.allocate(0), alert);
		channel.write(alert.flip());
	}

	private void close() {
		if (phase == Phase.CLOSED)
			return;
		phase = Phase.CLOSED;
		loop.cancel(alarm);
		closePlain();
		loop.close(network);
		host.gone(this);
		if (!calculating)
			loop.leave();
	}

	private void closePlain() {
		if (plain >= 0)
			loop.close(plain);
		plain = -1;
	}
}
