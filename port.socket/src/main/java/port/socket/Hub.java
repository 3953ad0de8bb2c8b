package port.socket;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import bus.api.GuestPort;
import port.endpoint.Connection;
import port.socket.Settings.Absent;
import port.socket.Settings.Clients;
import port.socket.Settings.Slow;

/**
 * The way for what a bus cannot do with a descriptor: several clients, and a port that is open while there is none. One
 * client gets the guest's bytes as it takes them, and the guest keeps the rest. Of several each has a queue, and the guest
 * waits for the fullest: for ever, or until the client is dropped that takes nothing.
 */
final class Hub implements Way {
	private static final System.Logger LOG = System.getLogger("port.socket");
	/** What a client of several may be behind the others. */
	private static final int QUEUE = 256 << 10;

	private final GuestPort guest;
	private final Settings settings;
	private final Tally tally = new Tally();
	/** What was said to nobody, for the next client. A client that is the only one takes it from here. */
	private final Ring stored;
	private final List<Client> clients = new ArrayList<>();
	private Entrance entrance;
	/** Sleeps until somebody has been slow for too long; null if nobody is. */
	private Thread clock;

	Hub(GuestPort guest, Settings settings) {
		this.guest = guest;
		this.settings = settings;
		this.stored = new Ring(settings.buffer());
	}

	private boolean several() {
		return settings.clients() == Clients.FANOUT;
	}

	// ---- from one instance to the next

	@Override
	public void begin(Entrance entrance) {
		this.entrance = entrance;
		Heritage.take(guest, settings.key("buffer"), stored);
		var heirs = new ArrayList<Client>();
		for (int i = 0, kept = 0; i < settings.maxClients() && kept >= 0; i++) {
			kept = guest.kept(settings.key(clientKey(i)));
			if (kept >= 0)
				heirs.add(new Client(Connection.of(kept), several() ? new Ring(QUEUE + settings.buffer()) : stored));
			if (kept >= 0 && several())
				Heritage.take(guest, settings.key("rest " + i), heirs.getLast().queue());
		}
		guest.execute(() -> {
			if (settings.absent() != Absent.CLOSED)
				guest.open();
			heirs.forEach(this::add);
			if (isFull())
				entrance.full();
			else
				entrance.open();
			tally.note(clients, stored);
		});
	}

	/** The first as of the other way: who changes the policy keeps the client. */
	private static String clientKey(int index) {
		return index == 0 ? "client" : "client " + index;
	}

	@Override
	public void end() {
		if (clock != null)
			clock.interrupt();
		int index = 0;
		for (var client : clients) {
			// of one that has gone nothing is left: the next one would get it under the same number
			boolean whole = !client.isGone() && (client.queue() == stored || client.queue().isEmpty()
					|| Heritage.leave(guest, settings.key("rest " + index), client.queue()));
			if (!whole)
				client.connection().close();
			else
				guest.keep(settings.key(clientKey(index++)), client.connection().release());
		}
		if (!stored.isEmpty() && !Heritage.leave(guest, settings.key("buffer"), stored))
			LOG.log(System.Logger.Level.WARNING, who() + "what was buffered is lost: no memory");
		clients.clear();
	}

	// ---- clients

	private boolean isFull() {
		return clients.size() >= settings.maxClients()
				&& (settings.clients() == Clients.WAIT || settings.clients() == Clients.FANOUT);
	}

	@Override
	public void arrived(Connection connection) {
		if (settings.clients() == Clients.REFUSE && !clients.isEmpty()) {
			tally.turnedAway();
			connection.close();
			return;
		}
		var before = List.copyOf(clients);
		add(new Client(connection, several() ? inherited() : stored));
		if (settings.clients() == Clients.TAKEOVER)
			before.forEach(this::remove);
		if (isFull() && !settings.connects())
			entrance.full();
	}

	/** The first of several has what was kept for it. */
	private Ring inherited() {
		var queue = new Ring(QUEUE + settings.buffer());
		while (!stored.isEmpty()) {
			var piece = stored.oldest();
			int length = piece.remaining();
			queue.put(piece);
			stored.drop(length);
		}
		return queue;
	}

	private void add(Client client) {
		clients.add(client);
		tally.note(clients, stored);
		guest.watch(client.connection().descriptor(), () -> ready(client));
		guest.open();
		guest.readable();
		guest.writable();
	}

	private void ready(Client client) {
		if (!clients.contains(client))
			return;
		client.flush();
		if (!guest.guestOpen() && client.connection().ended())
			client.leave(); // nobody reads what it has said last
		sweep();
		guest.readable();
		guest.writable();
	}

	@Override
	public void guestClosed() {
		for (var client : clients)
			if (client.connection().ended())
				client.leave();
		sweep();
	}

	private void sweep() {
		for (var client : List.copyOf(clients))
			if (client.isGone())
				remove(client);
		tally.note(clients, stored);
	}

	private void remove(Client client) {
		if (!clients.remove(client))
			return;
		guest.unwatch(client.connection().descriptor());
		client.connection().close();
		tally.note(clients, stored);
		if (clients.isEmpty() && settings.absent() == Absent.CLOSED)
			guest.close();
		entrance.next();
	}

	// ---- from the guest

	@Override
	public int guestData(ByteBuffer data) {
		int offered = data.remaining();
		if (several())
			fanOut(data);
		else if (!clients.isEmpty())
			data.position(data.position() + clients.getFirst().write(data.duplicate()));
		sweep();
		if (clients.isEmpty())
			toNobody(data);
		return offered - data.remaining();
	}

	private void toNobody(ByteBuffer data) {
		if (settings.absent() == Absent.DISCARD) {
			tally.lost(data.remaining());
			data.position(data.limit());
		} else if (settings.absent() == Absent.BUFFER) {
			tally.lost(stored.put(data));
			tally.note(clients, stored);
		}
	}

	private void fanOut(ByteBuffer data) {
		clients.forEach(Client::flush);
		while (data.hasRemaining() && clients.stream().anyMatch(it -> !it.isGone())) {
			int room = clients.stream().filter(it -> !it.isGone()).mapToInt(it -> it.queue().free()).min().orElse(0);
			if (room == 0) {
				stalled();
				return;
			}
			var piece = data.slice(data.position(), Math.min(room, data.remaining()));
			for (var client : clients)
				if (!client.isGone())
					client.enqueue(piece.duplicate());
			data.position(data.position() + piece.remaining());
		}
	}

	private void stalled() {
		if (settings.slow() == Slow.HOLD)
			return;
		long now = System.nanoTime();
		clients.stream().filter(it -> it.queue().free() == 0).forEach(it -> it.stall(now));
		if (clock == null)
			clock = Thread.ofVirtual().name("port.socket waits").start(() -> {
				try {
					Thread.sleep(settings.slowTime());
					guest.execute(this::dropStalled);
				} catch (InterruptedException e) {
					// the port has gone
				}
			});
	}

	private void dropStalled() {
		clock = null;
		long now = System.nanoTime();
		for (var client : clients)
			if (client.isStalled(now, settings.slowTime().toNanos())) {
				LOG.log(System.Logger.Level.WARNING, who() + client.connection().peer() + " dropped: it has taken nothing for "
						+ settings.slowTime().toSeconds() + " s, and the others wait; slow=hold would keep it");
				tally.slow();
				client.leave();
			}
		sweep();
		if (clients.stream().anyMatch(Client::isStalled))
			stalled();
		guest.writable();
	}

	private String who() {
		return guest.bus() + " port " + guest.id() + " " + guest.name() + ": ";
	}

	// ---- to the guest

	/** What any of them says, as it comes. A client that has gone is not missed before the bytes of this call are there. */
	@Override
	public int hostData(ByteBuffer room) {
		int before = room.remaining();
		for (var client : clients) {
			int read = 1;
			while (read > 0 && room.hasRemaining() && !client.isGone())
				read = client.read(room);
		}
		if (room.remaining() == before)
			sweep();
		else if (clients.size() > 1)
			clients.add(clients.removeFirst()); // who says much is not always first
		return before - room.remaining();
	}

	/** Not called: nothing is attached. */
	@Override
	public void hangup() {
		throw new IllegalStateException("nothing is attached");
	}

	@Override
	public Map<String, Object> figures() {
		var figures = new LinkedHashMap<String, Object>();
		tally.show(figures, settings);
		return figures;
	}
}
