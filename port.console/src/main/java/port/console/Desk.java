package port.console;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import bus.api.Attachable.Attachment;
import bus.api.Attachable.Visitor;
import bus.api.GuestPort;
import bus.linux.MemoryFile;
import port.endpoint.Connection;
import port.endpoint.Listener;

/**
 * A console from its plugging to its unplugging: what the guest says goes to all who are here, what the writer types goes
 * to the guest. Loop thread, except where it is said.
 */
final class Desk {
	private static final System.Logger LOG = System.getLogger("port.console");
	/** What the next instance finds descriptors under. */
	private static final String TERMINAL = "terminal";
	private static final String STATE = "state";
	/** Of what is written down in STATE; another instance may be of another version. */
	private static final int FORMAT = 1;
	/** What readers may be behind: as much as a kernel says while it boots. */
	private static final int LEAST_RING = 64 << 10;

	private final ConsoleConfig config;
	private final GuestPort guest;
	private final Terms terms;
	private final Keyboard keyboard = new Keyboard();
	private final Seats seats;
	private final Ring ring;
	private final Terminal terminal;
	private final TerminalWay pty;
	private final Records records;
	/** How far the shell's visitors had seen before an update, which has ended their sessions. Loop thread. */
	private final Map<String, Long> seenBefore = new HashMap<>();
	/** Null without one. */
	private Listener listener;

	private Desk(ConsoleConfig config, GuestPort guest, Terminal terminal, Records records) {
		this.config = config;
		this.guest = guest;
		this.terminal = terminal;
		this.records = records;
		terms = Options.terms(config);
		seats = new Seats(guest, keyboard, records::resized);
		ring = new Ring(Math.max(LEAST_RING, config.replay()));
		pty = new TerminalWay(guest, terminal, seats, new Reader(ring, 0));
	}

	/** The plugging thread: the loop comes in with {@link #begin}, as the last thing. */
	static Desk open(ConsoleConfig config, GuestPort guest) throws IOException {
		Options.check(config);
		Options.terms(config);
		var access = Options.access(config);
		int kept = guest.kept(TERMINAL);
		var terminal = Terminal.open(kept, config.link());
		try {
			var records = Records.open(config, (guest.bus() + " " + guest.name()).strip(), kept >= 0);
			try {
				var desk = new Desk(config, guest, terminal, records);
				if (!config.listen().isBlank())
					desk.listener = Listener.open(guest, config.listen(), access, desk::arrived);
				desk.begin(desk.restored(guest.kept(STATE)));
				return desk;
			} catch (IOException | RuntimeException e) {
				records.close();
				throw e;
			}
		} catch (IOException | RuntimeException e) {
			terminal.close();
			throw e;
		}
	}

	private void begin(List<Client> clients) {
		LOG.log(System.Logger.Level.INFO, seats.place() + ": console on "
				+ (config.link().isBlank() ? terminal.slave() : config.link().strip())
				+ (listener == null ? "" : " and " + listener.address()));
		guest.open();
		guest.execute(() -> {
			pty.begin();
			clients.forEach(Client::begin);
			if (listener != null)
				listener.resume();
		});
	}

	// ---- loop thread

	/**
	 * Takes everything, always: the guest's kernel spins while its console does not. What nobody had counts as not taken,
	 * so that the bus's listings show the loss.
	 */
	int said(ByteBuffer data) {
		int offered = data.remaining();
		long lost = pty.lost();
		ring.add(data);
		records.said(data);
		var visits = seats.visits();
		for (int i = 0; i < visits.size(); i++)
			visits.get(i).way().said(data);
		pty.flush();
		pty.skip();
		boolean nobodyElse = visits.isEmpty() && !records.hasLog();
		return nobodyElse ? offered - (int) (pty.lost() - lost) : offered;
	}

	/** What was typed waits where it is until the guest has room for it. */
	int keys(ByteBuffer room) {
		int start = room.position();
		while (room.hasRemaining())
			if (keyboard.take(room) == 0) {
				pull();
				if (keyboard.take(room) == 0)
					break;
			}
		int count = room.position() - start;
		records.typed(room.slice(start, count));
		return count;
	}

	private void pull() {
		var writer = seats.writer();
		if (writer == null)
			pty.pull();
		else
			writer.way().pull();
	}

	private void arrived(Connection connection) {
		if (isFull()) {
			connection.write(ByteBuffer.wrap(Notice.text(full())));
			connection.close();
			return;
		}
		new Client(guest, connection, connection.peer(), seats, ring, terms).enter();
	}

	private boolean isFull() {
		return seats.visits().stream().filter(visit -> visit.way() != pty).count() >= config.maxconnections();
	}

	private String full() {
		return "full: maxconnections=" + config.maxconnections();
	}

	// ---- any thread

	Attachment attach(Visitor visitor, boolean quiet, Consumer<ByteBuffer> output) {
		if (isFull()) {
			var refused = new Session(guest, seats, ring, visitor, false, output); // which knows what to do if the output fails
			guest.execute(() -> refused.tell(full()));
			return Closed.SESSION;
		}
		var session = new Session(guest, seats, ring, visitor, quiet, output);
		var ousted = seats.sit(session.visit());
		try {
			guest.execute(() -> seats.enter(session.visit(), ousted, unseen(session.visit())));
		} catch (IllegalStateException e) { // on another bus's loop, while this one has too much to do
			seats.abandon(session.visit());
			throw e;
		}
		return session;
	}

	/** Who was here before an update has seen what was said until then. */
	private int unseen(Visit visit) {
		var seen = seenBefore.remove(visit.name());
		return seen == null ? config.replay() : (int) Math.min(config.replay(), ring.end() - seen);
	}

	Map<String, Object> figures() {
		var figures = new LinkedHashMap<String, Object>();
		var writer = seats.writer();
		figures.put("writer", writer == null ? "nobody" : writer.name());
		figures.put("watching", seats.visits().stream().filter(visit -> visit != writer).count());
		figures.put("size", seats.size());
		figures.put("replay", Math.min(config.replay(), ring.end() - ring.start()) + " of " + config.replay() + " bytes");
		figures.put("lost at pty", pty.lost());
		figures.put("lost at visitors", seats.lost());
		if (listener != null) {
			figures.put("listening", listener.address());
			figures.putAll(listener.figures());
		}
		records.figures(figures);
		return figures;
	}

	// ---- the unplugging thread

	/** Leaves to the next instance all that visitors would miss. */
	void close() {
		seats.over();
		leaveState();
		guest.keep(TERMINAL, terminal.descriptor());
		try {
			terminal.leave();
		} catch (IOException e) {
			LOG.log(System.Logger.Level.WARNING, "link=" + config.link() + ": " + e.getMessage());
		}
		if (listener != null)
			listener.close();
		records.close();
	}

	private void leaveState() {
		var clients = seats.visits().stream().map(Visit::way).filter(Client.class::isInstance).map(Client.class::cast)
				.toList();
		var bytes = new ByteArrayOutputStream();
		var to = new DataOutputStream(bytes);
		try {
			to.writeInt(FORMAT);
			to.writeUTF(door());
			ring.save(to);
			keyboard.save(to);
			to.writeInt(seats.toldSize());
			pty.save(to);
			saveSessions(to);
			to.writeInt(clients.size());
			for (int i = 0; i < clients.size(); i++)
				guest.keep(client(i), clients.get(i).release(to));
			guest.keep(STATE, MemoryFile.of(ByteBuffer.wrap(bytes.toByteArray())));
		} catch (IOException e) { // clients that were released are closed by the bus, for nobody asks for them
			LOG.log(System.Logger.Level.WARNING, seats.place() + ": an update will end its clients: " + e.getMessage());
		}
	}

	private void saveSessions(DataOutputStream to) throws IOException {
		var names = seats.visits().stream().filter(visit -> visit.way() instanceof Session).map(Visit::name).distinct()
				.toList();
		to.writeInt(names.size());
		for (String name : names)
			to.writeUTF(name);
	}

	/** Who came through another door than the present one does not stay. */
	private String door() {
		return config.listen().strip() + " " + config.protocol().strip() + " " + config.access().strip() + " "
				+ Options.access(config);
	}

	private static String client(int number) {
		return "client " + number;
	}

	/** The plugging thread. Answers the clients that go on; those that do not, the bus closes. */
	private List<Client> restored(int state) {
		var clients = new ArrayList<Client>();
		if (state >= 0)
			try {
				restore(new DataInputStream(new ByteArrayInputStream(MemoryFile.take(state))), clients);
			} catch (IOException e) { // better a console without its past than none
				LOG.log(System.Logger.Level.WARNING, seats.place() + ": not all goes on after the update: " + e.getMessage());
			}
		return clients;
	}

	private void restore(DataInputStream from, List<Client> clients) throws IOException {
		if (from.readInt() != FORMAT)
			return;
		boolean sameDoor = from.readUTF().equals(door());
		ring.restore(from);
		keyboard.restore(from);
		seats.toldSize(from.readInt());
		pty.restore(from);
		for (int count = from.readInt(); count > 0; count--)
			seenBefore.put(from.readUTF(), ring.end());
		for (int i = 0, count = from.readInt(); sameDoor && i < count; i++) {
			int descriptor = guest.kept(client(i));
			if (descriptor < 0)
				throw new IOException("client " + i + " of " + count + " was not kept");
			var client = new Client(guest, Connection.of(descriptor), from.readUTF(), seats, ring, terms);
			clients.add(client);
			client.restore(from);
		}
	}
}
