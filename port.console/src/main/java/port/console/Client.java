package port.console;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

import bus.api.Attachable.Visitor;
import bus.api.Attachable.Wish;
import bus.api.GuestPort;
import port.console.telnet.Telnet;
import port.endpoint.Connection;

/** A visit over the network, raw or telnet. Slow readers lose what the ring forgets, and nobody waits for them. Loop thread. */
final class Client implements Way, Telnet.Peer {
	private static final int PIECE = 4096;
	/** Room for what a piece of input may become beyond its own bytes: the first half of an escape that was none. */
	private static final int SPARE = 8;
	/** Answers to options; who asks for more at once gets no answer. */
	private static final int ANSWERS = 512;
	/** So many pieces of input that goes nowhere are read in one go; others have a right to the loop. */
	private static final int MOST_PIECES = 8;
	private static final byte CONTROL_C = 3;

	private final GuestPort guest;
	private final Connection connection;
	private final Seats seats;
	private final Terms terms;
	private final Reader reader;
	private final Visit visit;
	private final Telnet telnet;
	private final Escape escape;
	private final ByteBuffer wire = ByteBuffer.allocate(PIECE);
	private final ByteBuffer keys = ByteBuffer.allocate(PIECE + SPARE);
	private final ByteBuffer said = ByteBuffer.allocate(PIECE).limit(0);
	private final ByteBuffer out = ByteBuffer.allocate(PIECE).limit(0);
	private final ByteBuffer answers = ByteBuffer.allocate(ANSWERS);
	private boolean ended;

	Client(GuestPort guest, Connection connection, String name, Seats seats, Ring ring, Terms terms) {
		this.guest = guest;
		this.connection = connection;
		this.seats = seats;
		this.terms = terms;
		reader = new Reader(ring, ring.end());
		visit = new Visit(new Visitor(name, terms.spy() ? Wish.SPY : Wish.ATTACH), this);
		telnet = terms.telnet() ? new Telnet(this) : null;
		escape = new Escape(terms.escape());
	}

	/** Just arrived. */
	void enter() {
		if (telnet != null)
			telnet.begin();
		var ousted = seats.sit(visit);
		seats.enter(visit, ousted, terms.replay());
		if (!ended)
			begin();
	}

	/** Goes on, where another instance was. */
	void begin() {
		guest.watch(connection.descriptor(), this::ready);
	}

	@Override
	public long lost() {
		return reader.lost();
	}

	// ---- to the client

	private void ready() {
		flush();
		pull();
	}

	@Override
	public void said(ByteBuffer data) {
		flush();
	}

	@Override
	public void tell(String words) {
		reader.tell(words);
		flush();
	}

	@Override
	public void replay(int bytes) {
		reader.replay(bytes);
		flush();
	}

	private void flush() {
		while (!ended) {
			if (connection.write(out) < 0) {
				seats.leave(visit);
				return;
			}
			if (out.hasRemaining())
				return;
			fill();
			if (!out.hasRemaining())
				return;
		}
	}

	/** Answers go between two pieces, where no command is half said. */
	private void fill() {
		out.clear().put(answers.flip());
		answers.clear();
		if (!said.hasRemaining()) {
			reader.read(said.clear());
			said.flip();
		}
		if (telnet != null)
			telnet.send(said, out);
		else
			Bytes.move(said, out);
		out.flip();
	}

	// ---- from the client

	@Override
	public void pull() {
		for (int i = 0; i < MOST_PIECES; i++) {
			if (ended || !typed())
				return;
			int read = connection.read(wire.clear());
			if (read < 0)
				seats.leave(visit);
			if (read <= 0)
				return;
			wire.flip();
			if (telnet != null)
				telnet.receive(wire);
			else
				while (wire.hasRemaining())
					key(wire.get());
			if (answers.position() > 0)
				flush(); // the guest may say nothing for hours
		}
		// to be reported again, after what else the loop has to do
		guest.unwatch(connection.descriptor());
		begin();
	}

	private boolean typed() {
		boolean all = seats.typeOrForget(visit, keys.flip());
		keys.compact();
		return all;
	}

	@Override
	public void key(byte key) {
		if (ended) // in the midst of a piece: who has gone must not take the writer's seat along
			return;
		int command = escape.next(key, keys);
		if (command == Escape.NONE)
			return;
		typed();
		command((char) command);
	}

	private void command(char command) {
		switch (command) {
			case 'a' -> change(Wish.ATTACH);
			case 'f' -> change(Wish.FORCE);
			case 's' -> change(Wish.SPY);
			case 'r' -> replay(terms.replay());
			case 'w' -> tell(seats.who());
			case '.' -> {
				tell("disconnected");
				seats.leave(visit);
			}
			case '?' -> tell(terms.escapeKeys() + " and a: attach, f: force, s: spy, r: replay, w: who, .: disconnect,"
					+ " ?: this");
			default -> tell(terms.escapeKeys() + " and ?: help");
		}
	}

	private void change(Wish wish) {
		if (terms.spy() && wish != Wish.SPY)
			tell("this address is for watching only");
		else
			seats.change(visit, wish);
	}

	@Override
	public void size(int columns, int rows) {
		visit.size(columns, rows);
		if (seats.writes(visit))
			seats.tellSize();
	}

	@Override
	public void signal(byte signal) {
		switch (signal) {
			case Telnet.BREAK -> keys.put(terms.onBreak());
			case Telnet.INTERRUPT -> keys.put(CONTROL_C);
			case Telnet.ARE_YOU_THERE -> tell("yes");
			default -> {
				// of no meaning to a console
			}
		}
	}

	@Override
	public void reply(byte... bytes) {
		if (answers.remaining() >= bytes.length)
			answers.put(bytes);
	}

	// ---- the end

	@Override
	public void end() {
		ended = true;
		guest.unwatch(connection.descriptor());
		connection.close();
	}

	/** Writes down where everything is, and gives the connection away. */
	int release(DataOutput to) throws IOException {
		to.writeUTF(visit.name());
		to.writeByte(visit.wish().ordinal());
		to.writeBoolean(seats.writes(visit));
		to.writeInt(visit.size());
		to.writeByte(escape.matched());
		reader.save(to);
		for (var buffer : new ByteBuffer[] { said, out, answers.flip(), keys.flip() })
			Kept.write(to, buffer);
		if (telnet != null)
			telnet.save(to);
		ended = true;
		return connection.release();
	}

	/** Goes on with what {@link #release} wrote, behind the name. */
	void restore(DataInput from) throws IOException {
		visit.wish(Wish.values()[from.readByte()]);
		boolean writes = from.readBoolean();
		visit.size(from.readInt());
		escape.matched(from.readByte());
		reader.restore(from);
		Kept.read(from, said.clear());
		said.flip();
		Kept.read(from, out.clear());
		out.flip();
		Kept.read(from, answers);
		Kept.read(from, keys);
		if (telnet != null)
			telnet.restore(from);
		seats.resume(visit, writes);
	}
}
