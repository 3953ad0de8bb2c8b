package port.endpoint;

import java.nio.file.Path;
import java.util.regex.Pattern;

import bus.linux.Sockets;

/** Where programs meet a port: the value of the options {@code listen} and {@code connect}. */
public sealed interface Address {

	/** For the description of an option: what {@link #parse} takes. */
	String ALLOWED = "unix:PATH, unix:@NAME, tcp:HOST:PORT, tls:HOST:PORT or vsock:CID:PORT,"
			+ " for instance tcp:127.0.0.1:5000 or tcp:[::1]:5000";

	/**
	 * Reads an address.
	 *
	 * @param key the option, for the message
	 * @param text its value
	 * @throws IllegalArgumentException with a message for the operator
	 */
	static Address parse(String key, String text) {
		String value = text.strip();
		int scheme = value.indexOf(':');
		try {
			String rest = value.substring(scheme + 1);
			switch (value.substring(0, Math.max(scheme, 0))) {
				case "unix" -> {
					if (rest.startsWith("@") ? rest.length() > 1 : !rest.isEmpty())
						return rest.startsWith("@") ? new Abstract(rest.substring(1)) : new Unix(Path.of(rest));
				}
				case "tcp" -> {
					return new Tcp(host(rest), port(rest));
				}
				case "tls" -> {
					return new Tls(host(rest), port(rest));
				}
				case "vsock" -> {
					return Vsock.of(rest);
				}
				default -> {
				}
			}
		} catch (IllegalArgumentException e) {
			// the answer is the same
		}
		throw new IllegalArgumentException(key + "=" + value + "; allowed: " + ALLOWED);
	}

	private static String host(String rest) {
		String host = rest.substring(0, Math.max(rest.lastIndexOf(':'), 0));
		boolean bracketed = host.startsWith("[") && host.endsWith("]");
		if (host.isEmpty() || host.contains(":") != bracketed) // who else can tell the port from the last group?
			throw new IllegalArgumentException(rest);
		return bracketed ? host.substring(1, host.length() - 1) : host;
	}

	private static int port(String rest) {
		int number = Integer.parseInt(rest.substring(rest.lastIndexOf(':') + 1));
		if (number < 0 || number > 65535)
			throw new IllegalArgumentException(rest);
		return number;
	}

	private static String hostAndPort(String host, int port) {
		return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
	}

	/** A UNIX socket with a file. */
	record Unix(Path path) implements Address {

		@Override
		public String toString() {
			return "unix:" + path;
		}
	}

	/** A UNIX socket with a name that is no file: Linux's abstract name space. */
	record Abstract(String name) implements Address {

		@Override
		public String toString() {
			return "unix:@" + name;
		}
	}

	/** A TCP socket; port 0 lets the kernel choose. */
	record Tcp(String host, int port) implements Address {

		@Override
		public String toString() {
			return "tcp:" + hostAndPort(host, port);
		}
	}

	/** TLS over TCP. */
	record Tls(String host, int port) implements Address {

		@Override
		public String toString() {
			return "tls:" + hostAndPort(host, port);
		}
	}

	/**
	 * A socket between a host and its virtual machines.
	 *
	 * @param cid 2 is the host, 1 this machine itself, from 3 on virtual machines; {@link Sockets#ANY_CID} to listen on all
	 * @param port of 32 bits without a sign; 0 lets the kernel choose
	 */
	record Vsock(int cid, int port) implements Address {
		private static final Pattern FORM = Pattern.compile("(any|\\d{1,10}):(\\d{1,10})");
		private static final long MOST = 0xfffffffeL;

		private static Vsock of(String rest) {
			var form = FORM.matcher(rest);
			if (!form.matches())
				throw new IllegalArgumentException(rest);
			int cid = form.group(1).equals("any") ? Sockets.ANY_CID : number(form.group(1));
			return new Vsock(cid, number(form.group(2)));
		}

		private static int number(String digits) {
			long number = Long.parseLong(digits);
			if (number > MOST)
				throw new IllegalArgumentException(digits);
			return (int) number;
		}

		@Override
		public String toString() {
			return "vsock:" + (cid == Sockets.ANY_CID ? "any" : Integer.toUnsignedString(cid)) + ":"
					+ Integer.toUnsignedString(port);
		}
	}
}
