package port.socket;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

import port.endpoint.Access;
import port.endpoint.Address;
import port.endpoint.Tuning;

/**
 * The configuration, with what Metatype cannot say: which keys go together.
 *
 * @param connects whether {@code address} is to be connected to, rather than listened on
 * @param address the value of {@code listen} or {@code connect}
 * @param buffer bytes that are kept while there is no client
 */
record Settings(boolean connects, String address, Access access, Tuning tuning, Duration reconnect, Clients clients,
		int maxClients, Slow slow, Duration slowTime, Absent absent, int buffer) {

	/** What becomes of a client while there is one. */
	enum Clients {
		WAIT, REFUSE, TAKEOVER, FANOUT
	}

	/** What becomes of a client that does not read while others do. */
	enum Slow {
		DROP, HOLD
	}

	/** What becomes of the guest's bytes while there is no client. */
	enum Absent {
		CLOSED, HOLD, DISCARD, BUFFER
	}

	static Settings of(SocketPort.Config config) {
		String listen = config.listen().strip();
		String connect = config.connect().strip();
		if (listen.isEmpty() && connect.isEmpty())
			throw new IllegalArgumentException(
					"listen is missing; allowed: " + Address.ALLOWED + "; or connect= with one of these instead of it");
		if (!listen.isEmpty() && !connect.isEmpty())
			throw new IllegalArgumentException("connect=" + connect + "; allowed: without listen=, which is " + listen);
		var clients = choice(Clients.class, "clients", config.clients());
		if (!connect.isEmpty() && clients != Clients.WAIT)
			throw new IllegalArgumentException(
					"clients=" + config.clients() + "; allowed: only with listen=, because connect= has one server");
		var access = Access.of(config.cert(), config.key(), config.ca(), String.join(",", config.allow()));
		return new Settings(listen.isEmpty(), listen + connect, access,
				new Tuning(config.nodelay().equals("on"), config.keepalive()), Duration.ofSeconds(config.reconnect()),
				clients, clients == Clients.FANOUT ? config.max__clients() : 1, choice(Slow.class, "slow", config.slow()),
				Duration.ofSeconds(config.slow__seconds()), choice(Absent.class, "absent", config.absent()),
				config.buffer());
	}

	/** Metatype has checked it, unless somebody makes the port in Java. */
	private static <E extends Enum<E>> E choice(Class<E> kind, String key, String value) {
		for (var constant : kind.getEnumConstants())
			if (constant.name().equalsIgnoreCase(value.strip()))
				return constant;
		throw new IllegalArgumentException(key + "=" + value + "; allowed: " + Arrays.stream(kind.getEnumConstants())
				.map(it -> it.name().toLowerCase(Locale.ROOT)).collect(Collectors.joining(", ")));
	}

	/** Whether the port can leave the bytes to the bus: there is one client, and without it the port is closed. */
	boolean attaches() {
		return absent == Absent.CLOSED && clients != Clients.FANOUT;
	}

	/** For what outlives an update; whoever changes where clients come from, or who may, begins anew. */
	String key(String what) {
		return what + " of " + (connects ? "connect=" : "listen=") + address + " " + access;
	}
}
