package port.endpoint;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import bus.linux.Epoll;
import bus.linux.Errno;
import bus.linux.Linux;
import bus.linux.LinuxException;
import bus.linux.Peer;
import bus.linux.Sockets;
import tlschannel.ClientTlsChannel;

/** One attempt to reach an address, through all that a host name stands for. Ends with exactly one of two calls. */
final class Dial implements Tunnel.Host {
	private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

	/** Begins a connection. */
	@FunctionalInterface
	private interface Target {
		int connect() throws LinuxException;
	}

	private final EndpointLoop loop;
	private final Address address;
	private final Access access;
	private final Tuning tuning;
	/** Null without TLS. */
	private final Credentials credentials;
	private final Consumer<Connection> reached;
	private final Consumer<String> failed;
	private final Queue<Target> targets = new ArrayDeque<>();
	private String problem = "";
	private int descriptor = -1;
	private EndpointLoop.Alarm alarm;
	private Tunnel tunnel;
	private boolean aborted;

	Dial(EndpointLoop loop, Address address, Access access, Tuning tuning, Credentials credentials,
			Consumer<Connection> reached, Consumer<String> failed) {
		this.loop = loop;
		this.address = address;
		this.access = access;
		this.tuning = tuning;
		this.credentials = credentials;
		this.reached = reached;
		this.failed = failed;
	}

	void begin() {
		switch (address) {
			case Address.Unix(var path) -> to(() -> Sockets.connectUnix(path));
			case Address.Abstract(var name) -> to(() -> Sockets.connectAbstract(name));
			case Address.Vsock(var cid, var port) -> to(() -> Vsock.connect(cid, port));
			case Address.Tcp(var host, var port) -> resolve(host, port);
			case Address.Tls(var host, var port) -> resolve(host, port);
		}
	}

	/** Asking for a host's addresses may take long, and nobody can be asked in a way that does not block. */
	private void resolve(String host, int port) {
		Thread.ofVirtual().name("port.endpoint resolves").start(() -> {
			try {
				var found = List.of(InetAddress.getAllByName(host));
				loop.post(() -> {
					found.forEach(it -> targets.add(() -> Sockets.connectTcp(new InetSocketAddress(it, port))));
					next();
				});
			} catch (IOException e) {
				loop.post(() -> failed.accept("host name " + host + " does not resolve"));
			}
		});
	}

	private void to(Target target) {
		targets.add(target);
		next();
	}

	private void next() {
		if (aborted || targets.isEmpty()) {
			failed.accept(aborted ? "given up" : problem);
			return;
		}
		try {
			descriptor = targets.remove().connect();
			alarm = loop.after(PATIENCE_NANOS, () -> given(Errno.ETIMEDOUT));
			loop.watch(descriptor, this::ready);
		} catch (LinuxException e) {
			problem = e.getMessage();
			drop();
			next();
		}
	}

	private void ready(int events) {
		if ((events & (Epoll.OUT | Epoll.ERR | Epoll.HUP)) != 0)
			given(Sockets.connected(descriptor));
	}

	private void given(int error) {
		if (error != 0) {
			problem = Errno.text(error);
			drop();
			next();
			return;
		}
		loop.cancel(alarm);
		loop.unwatch(descriptor);
		if (address instanceof Address.Tcp || address instanceof Address.Tls)
			tuning.apply(descriptor);
		if (address instanceof Address.Tls(var host, var port)) {
			loop.stay();
			tunnel = new Tunnel(loop, descriptor, access.allow,
					it -> Tunnel.configured(ClientTlsChannel.newBuilder(it, credentials.client(host, port))).build(), this);
			tunnel.begin();
			return;
		}
		String peer = Peer.name(descriptor);
		if (!access.allow.allows(Peer.of(descriptor), address)) {
			Linux.close(descriptor);
			failed.accept(peer + " is not among allow=" + access.allow);
			return;
		}
		reached.accept(new Connection(descriptor, peer, ""));
	}

	@Override
	public void established(Tunnel tunnel, Connection connection) {
		reached.accept(connection);
	}

	@Override
	public void refused(String who, String why) {
		failed.accept(who + ": " + why);
	}

	@Override
	public void gone(Tunnel tunnel) {
		// its refusal has said all
	}

	private void drop() {
		if (alarm != null)
			loop.cancel(alarm);
		if (descriptor >= 0)
			loop.close(descriptor);
		descriptor = -1;
	}

	/** Fails soon: at once, unless a host name is being asked for. */
	void abort() {
		aborted = true;
		if (tunnel != null) {
			tunnel.fail("given up");
		} else if (descriptor >= 0) {
			drop();
			failed.accept("given up");
		}
	}
}
