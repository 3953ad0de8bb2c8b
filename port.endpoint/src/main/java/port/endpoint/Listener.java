package port.endpoint;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.function.Consumer;

import bus.api.GuestPort;
import bus.linux.Errno;
import bus.linux.Linux;
import bus.linux.LinuxException;
import bus.linux.Peer;
import bus.linux.Sockets;

/**
 * A listening socket of a port. Made and closed by the thread that plugs the port; everything else happens on the loop of
 * its bus.
 */
public final class Listener implements AutoCloseable {
	private static final System.Logger LOG = System.getLogger("port.endpoint");
	/** Who connects as fast as it is accepted must not have the loop for itself. */
	private static final int MOST_AT_ONCE = 32;

	private final int descriptor;
	private final Address address;
	private final Access access;
	/** Device and inode of the socket file: another process may have put its own in its place. Null for others. */
	private final Object file;
	private final Tuning tuning;
	private final GuestPort guest;
	/** By which the next instance finds the socket. */
	private final String key;
	private final Arrivals arrivals;
	/** Null without TLS. */
	private final Handshakes handshakes;
	/** Loop thread. */
	private boolean accepting;

	private Listener(GuestPort guest, String key, int descriptor, Address address, Access access, Tuning tuning,
			Arrivals arrivals, Handshakes handshakes) throws IOException {
		this.guest = guest;
		this.key = key;
		this.descriptor = descriptor;
		this.address = address;
		this.access = access;
		this.tuning = tuning;
		this.handshakes = handshakes;
		this.file = address instanceof Address.Unix(var path) ? identity(path) : null;
		this.arrivals = arrivals;
	}

	/** As {@link #open(GuestPort, String, Access, Tuning, Consumer)}, for whom the kernel lets in. */
	public static Listener open(GuestPort guest, String listen, Consumer<Connection> arrived) throws IOException {
		return open(guest, listen, Access.DEFAULT, arrived);
	}

	/** As {@link #open(GuestPort, String, Access, Tuning, Consumer)}, with the defaults of TCP. */
	public static Listener open(GuestPort guest, String listen, Access access, Consumer<Connection> arrived)
			throws IOException {
		return open(guest, listen, access, Tuning.DEFAULT, arrived);
	}

	/**
	 * Listens from now on. Nobody is let in before {@link #resume}.
	 *
	 * @param guest of the port that is being plugged, whose loop watches the socket
	 * @param listen the value of the option {@code listen}
	 * @param access who may come in: only they arrive, and those of a TLS address after the handshake
	 * @param tuning for TCP
	 * @param arrived is given each connection, on the loop, and owns it
	 * @throws IOException with a message for the operator
	 * @throws IllegalArgumentException likewise
	 */
	public static Listener open(GuestPort guest, String listen, Access access, Tuning tuning,
			Consumer<Connection> arrived) throws IOException {
		String option = "listen=" + listen.strip();
		var address = Address.parse("listen", listen);
		access.check("listen", address);
		var arrivals = new Arrivals(guest, option, true, arrived);
		var handshakes = address instanceof Address.Tls ? new Handshakes(access, arrivals) : null;
		String key = "socket of " + option;
		int descriptor = guest.kept(key);
		try {
			if (descriptor < 0)
				descriptor = bind(address, access);
			var listener = new Listener(guest, key, descriptor, real(address, descriptor), access, tuning, arrivals, handshakes);
			guest.watch(descriptor, listener::accept);
			return listener;
		} catch (IOException e) {
			Linux.close(descriptor); // of a negative number the kernel says so, and nothing happens
			if (handshakes != null)
				handshakes.close();
			throw new IOException(option + ": " + e.getMessage()
					+ "; allowed: an address that can be bound and that nobody else listens on", e);
		}
	}

	private static int bind(Address address, Access access) throws IOException {
		return switch (address) {
			// with a list it says who may connect, not the file's permissions
			case Address.Unix(var path) -> Sockets.listenUnix(path,
					access.allow.asksForUsers() ? Sockets.EVERYBODY : Sockets.OWNER_ONLY);
			case Address.Abstract(var name) -> Sockets.listenAbstract(name);
			case Address.Tcp(var host, var port) -> Sockets.listenTcp(new InetSocketAddress(host, port));
			case Address.Tls(var host, var port) -> Sockets.listenTcp(new InetSocketAddress(host, port));
			case Address.Vsock(var cid, var port) -> Vsock.listen(cid, port);
		};
	}

	/** With the port that the kernel has chosen. */
	private static Address real(Address address, int descriptor) throws LinuxException {
		return switch (address) {
			case Address.Tcp(var host, var port) -> new Address.Tcp(host, Sockets.port(descriptor));
			case Address.Tls(var host, var port) -> new Address.Tls(host, Sockets.port(descriptor));
			case Address.Vsock(var cid, var port) -> new Address.Vsock(cid, Sockets.vsockPort(descriptor));
			default -> address;
		};
	}

	private static Object identity(Path path) throws IOException {
		return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
	}

	/** Where it listens, with the real port. */
	public Address address() {
		return address;
	}

	/** Who comes now waits in the kernel's backlog. Loop thread. */
	public void pause() {
		arrivals.pause();
	}

	/** Lets in who has waited and who comes. Loop thread. */
	public void resume() {
		arrivals.resume();
		accept();
	}

	/** Who was let in and who was refused, for {@link bus.api.HostPort#figures}. Any thread. */
	public Map<String, Object> figures() {
		return arrivals.figures();
	}

	/** The watch is edge-triggered: who came during a pause is found only by asking. */
	private void accept() {
		if (accepting)
			return; // called by who has just arrived: the loop below goes on anyway
		accepting = true;
		try {
			acceptAll();
		} finally {
			accepting = false;
		}
	}

	private void acceptAll() {
		for (int i = 0; !arrivals.paused(); i++) {
			if (i == MOST_AT_ONCE) {
				// to be reported again, after what else the loop has to do
				guest.unwatch(descriptor);
				guest.watch(descriptor, this::accept);
				return;
			}
			int client = Sockets.accept(descriptor);
			if (client < 0) {
				if (client != -Errno.EAGAIN)
					LOG.log(System.Logger.Level.WARNING, address + ": accept: " + Errno.text(-client));
				return;
			}
			if (address instanceof Address.Tcp || address instanceof Address.Tls)
				tuning.apply(client);
			if (handshakes != null) {
				handshakes.begin(client);
			} else if (access.allow.allows(Peer.of(client), address)) {
				arrivals.give(new Connection(client, Peer.name(client), ""));
			} else {
				arrivals.refuse(Peer.name(client), "not among allow=" + access.allow);
				Linux.close(client);
			}
		}
	}

	/**
	 * To be called within {@link bus.api.HostPort#unplugged}: the watches of the port have ended. A socket without a file
	 * goes on to listen if the port is only being updated, and nobody who connects meanwhile is refused.
	 */
	@Override
	public void close() {
		arrivals.close();
		if (handshakes != null)
			handshakes.close();
		if (file == null) {
			guest.keep(key, descriptor);
			return;
		}
		Linux.close(descriptor);
		try {
			if (address instanceof Address.Unix(var path) && Files.exists(path) && identity(path).equals(file))
				Files.delete(path);
		} catch (IOException e) {
			LOG.log(System.Logger.Level.WARNING, address + ": " + e.getMessage());
		}
	}
}
