package port.socket;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import bus.api.GuestPort;
import port.endpoint.Connection;
import port.socket.Settings.Clients;

/**
 * The shortest way: the bus moves the bytes of the one client. The port is open to the guest while that is connected.
 */
final class Attached implements Way {
	private final GuestPort guest;
	private final Settings settings;
	private final AtomicLong turnedAway = new AtomicLong();
	private Entrance entrance;
	/** Null while nobody is there. Also for {@link #figures}. */
	private volatile String client;
	private volatile String protocol = "";

	Attached(GuestPort guest, Settings settings) {
		this.guest = guest;
		this.settings = settings;
	}

	@Override
	public void begin(Entrance entrance) {
		this.entrance = entrance;
		int kept = guest.kept(settings.key("client"));
		if (kept < 0) {
			guest.execute(entrance::open);
			return;
		}
		client = "there since before an update";
		guest.execute(this::goOn); // first: it may have gone, which the bus finds out as it attaches it
		guest.attach(kept, settings.key("client"));
	}

	private void goOn() {
		if (settings.clients() == Clients.WAIT)
			entrance.full();
		else
			entrance.open();
	}

	@Override
	public void arrived(Connection next) {
		if (client != null && settings.clients() == Clients.REFUSE) {
			turnedAway.incrementAndGet();
			next.close();
			return;
		}
		if (settings.clients() == Clients.WAIT && !settings.connects())
			entrance.full();
		client = next.peer();
		protocol = next.protocol();
		guest.attach(next.release(), settings.key("client")); // which closes what was attached before
	}

	@Override
	public void hangup() {
		client = null;
		protocol = "";
		entrance.next();
	}

	/** Not called: the port is open only while a descriptor is attached. */
	@Override
	public int guestData(ByteBuffer data) {
		return 0;
	}

	/** Not called, for the same reason. */
	@Override
	public int hostData(ByteBuffer room) {
		return 0;
	}

	@Override
	public void guestClosed() {
		// the client stays, as one that waits for the guest to open the port
	}

	@Override
	public Map<String, Object> figures() {
		var figures = new LinkedHashMap<String, Object>();
		String now = client;
		figures.put("clients", now == null ? 0 : 1);
		if (now != null)
			figures.put("client", now);
		if (!protocol.isEmpty())
			figures.put("protocol", protocol);
		if (settings.clients() == Clients.REFUSE)
			figures.put("turned away", turnedAway.get());
		return figures;
	}

	/** The bus keeps the client for the next instance. */
	@Override
	public void end() {
		client = null;
	}
}
