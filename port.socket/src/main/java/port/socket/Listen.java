package port.socket;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

import bus.linux.Linux;
import bus.linux.Sockets;

/** Where a port listens: the value of the option {@code listen}. */
sealed interface Listen {

	String ALLOWED = "unix:PATH or tcp:HOST:PORT, for instance tcp:127.0.0.1:5000 or tcp:[::1]:5000";

	/**
	 * @throws IllegalArgumentException with a message for the operator
	 */
	static Listen parse(String text) {
		String value = text.strip();
		if (value.startsWith("unix:") && value.length() > "unix:".length())
			return new Unix(Path.of(value.substring("unix:".length())));
		int colon = value.lastIndexOf(':');
		if (value.startsWith("tcp:") && colon > "tcp:".length())
			return new Tcp(host(value.substring("tcp:".length(), colon), value), port(value.substring(colon + 1), value));
		throw refused(value);
	}

	private static String host(String host, String value) {
		boolean bracketed = host.startsWith("[") && host.endsWith("]");
		if (host.contains(":") != bracketed)
			throw refused(value); // without brackets nobody can tell the port from the last group
		return bracketed ? host.substring(1, host.length() - 1) : host;
	}

	private static int port(String port, String value) {
		try {
			int number = Integer.parseInt(port);
			if (number >= 0 && number <= 65535)
				return number;
		} catch (NumberFormatException e) {
			// the answer is the same
		}
		throw refused(value);
	}

	private static IllegalArgumentException refused(String value) {
		return new IllegalArgumentException("listen=" + value + "; allowed: " + ALLOWED);
	}

	/** Opens the socket. */
	Listening open() throws IOException;

	/** A UNIX socket, for its owner alone. */
	record Unix(Path path) implements Listen {

		@Override
		public Listening open() throws IOException {
			int descriptor = Sockets.listenUnix(path, Sockets.OWNER_ONLY);
			return new Listening(descriptor, "unix:" + path, path, identity(path));
		}
	}

	/** A TCP socket; port 0 lets the kernel choose. */
	record Tcp(String host, int port) implements Listen {

		@Override
		public Listening open() throws IOException {
			int descriptor = Sockets.listenTcp(new InetSocketAddress(host, port));
			String shown = host.contains(":") ? "[" + host + "]" : host;
			return new Listening(descriptor, "tcp:" + shown + ":" + Sockets.port(descriptor), null, null);
		}
	}

	private static Object identity(Path path) throws IOException {
		return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
	}

	/**
	 * An open listening socket.
	 *
	 * @param address as in the option, with the real port
	 * @param path of the socket file; null for TCP
	 * @param file device and inode of the socket file: another process may have put its own in its place
	 */
	record Listening(int descriptor, String address, Path path, Object file) implements AutoCloseable {

		boolean tcp() {
			return path == null;
		}

		@Override
		public void close() throws IOException {
			Linux.close(descriptor);
			if (path != null && Files.exists(path) && identity(path).equals(file))
				Files.delete(path);
		}
	}
}
