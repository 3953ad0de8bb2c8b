package port.guestagent.engine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;

import bus.api.GuestPort;
import port.endpoint.Access;
import port.endpoint.Address;
import port.endpoint.Connection;
import port.endpoint.Listener;

/**
 * The socket where programs find an agent that they take for their own, as they would find QEMU's. The loop lets them
 * in and says when there is something to read or to write; each has a thread that does it, because to read a request of
 * some megabytes takes longer than a loop may be held up.
 */
final class RawSocket {
	/** Each may have a request and a reply in memory. Who comes beyond them waits in the kernel's backlog. */
	static final int CLIENTS = 16;

	private static final System.Logger LOG = System.getLogger("port.guestagent");
	private static final String ALLOWED = "; allowed: unix:PATH, unix:@NAME with allow=, tls:HOST:PORT with ca=;"
			+ " whoever comes in commands the guest";

	private final GuestPort guest;
	private final BiFunction<String, Consumer<ByteBuffer>, RawClient> clients;
	private final Listener listener;
	private final Set<RawSession> sessions = ConcurrentHashMap.newKeySet();
	private final AtomicLong count = new AtomicLong();

	/**
	 * @param listen the value of the option
	 * @param clients makes the client that speaks for a connection
	 */
	RawSocket(GuestPort guest, String listen, Access access, String ca, String allow,
			BiFunction<String, Consumer<ByteBuffer>, RawClient> clients) throws IOException {
		check(Address.parse("listen", listen), ca, allow);
		this.guest = guest;
		this.clients = clients;
		this.listener = Listener.open(guest, listen, access, this::arrived);
	}

	/** What the kernel or a certificate does not restrict is not restricted at all. */
	private static void check(Address address, String ca, String allow) {
		boolean safe = switch (address) {
			case Address.Unix unix -> true;
			case Address.Abstract name -> !allow.isBlank();
			case Address.Tls tls -> !ca.isBlank();
			default -> false;
		};
		if (!safe)
			throw new IllegalArgumentException("listen=" + address + ALLOWED);
	}

	Address address() {
		return listener.address();
	}

	int connected() {
		return sessions.size();
	}

	/** Lets in who has waited. */
	void open() {
		guest.execute(listener::resume);
	}

	private void arrived(Connection connection) {
		LOG.log(System.Logger.Level.INFO, "{0} port {1} {2}: {3} commands the agent", guest.bus(), guest.id(), guest.name(),
				connection.peer());
		var session = new RawSession(connection, replies -> clients.apply(
				"raw " + connection.peer() + " " + count.incrementAndGet(), replies), this::left);
		sessions.add(session);
		if (sessions.size() >= CLIENTS)
			listener.pause();
		guest.watch(connection.descriptor(), session::wake);
		session.start();
	}

	/** On the session's thread, its last step. The descriptor's number is not to be another's while it is watched. */
	private void left(RawSession session) {
		guest.execute(() -> {
			guest.unwatch(session.descriptor());
			letGo(session);
			listener.resume();
		});
	}

	/** Once: what was to be done on the loop is dropped if the port is unplugged before. */
	private void letGo(RawSession session) {
		if (sessions.remove(session))
			session.close();
	}

	/** When the port has been unplugged: its watches have ended, and each call has had its answer. */
	void close() {
		listener.close();
		for (var session : sessions) {
			session.end();
			letGo(session);
		}
	}
}
