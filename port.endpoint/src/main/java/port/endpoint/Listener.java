package port.endpoint;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Consumer;

import bus.api.GuestPort;
import bus.linux.Errno;
import bus.linux.Linux;
import bus.linux.Sockets;

/**
 * A listening socket of a port. Made and closed by the thread that plugs the port; everything else happens on the loop of
 * its bus.
 */
public final class Listener implements AutoCloseable {
	private static final System.Logger LOG = System.getLogger("port.endpoint");

	private final int descriptor;
	private final Address address;
	/** Device and inode of the socket file: another process may have put its own in its place. Null for others. */
	private final Object file;
	private final Consumer<Connection> arrived;
	private boolean paused = true;

	private Listener(int descriptor, Address address, Object file, Consumer<Connection> arrived) {
		this.descriptor = descriptor;
		this.address = address;
		this.file = file;
		this.arrived = arrived;
	}

	/**
	 * Listens from now on. Nobody is let in before {@link #resume}.
	 *
	 * @param guest of the port that is being plugged, whose loop watches the socket
	 * @param listen the value of the option {@code listen}
	 * @param arrived is given each connection, on the loop, and owns it
	 * @throws IOException with a message for the operator
	 * @throws IllegalArgumentException likewise
	 */
	public static Listener open(GuestPort guest, String listen, Consumer<Connection> arrived) throws IOException {
		try {
			var listener = open(Address.parse("listen", listen), arrived);
			guest.watch(listener.descriptor, listener::accept);
			return listener;
		} catch (IOException e) {
			throw new IOException("listen=" + listen.strip() + ": " + e.getMessage()
					+ "; allowed: an address that can be bound and that nobody else listens on", e);
		}
	}

	private static Listener open(Address address, Consumer<Connection> arrived) throws IOException {
		return switch (address) {
			case Address.Unix(var path) -> {
				int descriptor = Sockets.listenUnix(path, Sockets.OWNER_ONLY);
				yield new Listener(descriptor, address, identity(path), arrived);
			}
			case Address.Tcp(var host, var port) -> {
				int descriptor = Sockets.listenTcp(new InetSocketAddress(host, port));
				yield new Listener(descriptor, new Address.Tcp(host, Sockets.port(descriptor)), null, arrived);
			}
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
		paused = true;
	}

	/** Lets in who has waited and who comes. Loop thread. */
	public void resume() {
		paused = false;
		accept();
	}

	/** The watch is edge-triggered: who came during a pause is found only by asking. */
	private void accept() {
		while (!paused) {
			int client = Sockets.accept(descriptor);
			if (client < 0) {
				if (client != -Errno.EAGAIN)
					LOG.log(System.Logger.Level.WARNING, address + ": accept: " + Errno.text(-client));
				return;
			}
			if (address instanceof Address.Tcp)
				Linux.setsockopt(client, Linux.IPPROTO_TCP, Linux.TCP_NODELAY, 1);
			arrived.accept(new Connection(client, address.toString()));
		}
	}

	/** To be called when the port has been unplugged: its watches have ended. */
	@Override
	public void close() {
		Linux.close(descriptor);
		try {
			if (address instanceof Address.Unix(var path) && Files.exists(path) && identity(path).equals(file))
				Files.delete(path);
		} catch (IOException e) {
			LOG.log(System.Logger.Level.WARNING, address + ": " + e.getMessage());
		}
	}
}
