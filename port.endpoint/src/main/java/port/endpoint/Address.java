package port.endpoint;

import java.nio.file.Path;

/** Where programs meet a port: the value of the options {@code listen} and {@code connect}. */
public sealed interface Address {

	/** For the description of an option: what {@link #parse} takes. */
	String ALLOWED = "unix:PATH or tcp:HOST:PORT, for instance tcp:127.0.0.1:5000 or tcp:[::1]:5000";

	/**
	 * Reads an address.
	 *
	 * @param key the option, for the message
	 * @param text its value
	 * @throws IllegalArgumentException with a message for the operator
	 */
	static Address parse(String key, String text) {
		String value = text.strip();
		if (value.startsWith("unix:") && value.length() > "unix:".length())
			return new Unix(Path.of(value.substring("unix:".length())));
		int colon = value.lastIndexOf(':');
		if (value.startsWith("tcp:") && colon > "tcp:".length())
			try {
				return new Tcp(host(value.substring("tcp:".length(), colon)), port(value.substring(colon + 1)));
			} catch (IllegalArgumentException e) {
				// the answer is the same
			}
		throw new IllegalArgumentException(key + "=" + value + "; allowed: " + ALLOWED);
	}

	private static String host(String host) {
		boolean bracketed = host.startsWith("[") && host.endsWith("]");
		if (host.contains(":") != bracketed) // without brackets nobody can tell the port from the last group
			throw new IllegalArgumentException(host);
		return bracketed ? host.substring(1, host.length() - 1) : host;
	}

	private static int port(String port) {
		int number = Integer.parseInt(port);
		if (number < 0 || number > 65535)
			throw new IllegalArgumentException(port);
		return number;
	}

	/** A UNIX socket, for its owner alone. */
	record Unix(Path path) implements Address {

		@Override
		public String toString() {
			return "unix:" + path;
		}
	}

	/** A TCP socket; port 0 lets the kernel choose. */
	record Tcp(String host, int port) implements Address {

		@Override
		public String toString() {
			return "tcp:" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
		}
	}
}
