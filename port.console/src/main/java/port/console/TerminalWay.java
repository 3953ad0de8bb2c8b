package port.console;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

import bus.api.Attachable.Visitor;
import bus.api.Attachable.Wish;
import bus.api.GuestPort;

/**
 * Whoever has opened the pseudo terminal. That cannot be seen, so somebody is there once a key comes, until the last
 * program has closed it. What nobody has read waits: there is nothing to show again. Loop thread.
 */
final class TerminalWay implements Way {
	static final String NAME = "pty";
	private static final int PIECE = 8 << 10;
	/** So many pieces of keys that go nowhere are read in one go; others have a right to the loop. */
	private static final int MOST_PIECES = 8;

	private final GuestPort guest;
	private final Terminal terminal;
	private final Seats seats;
	private final Reader reader;
	private final ByteBuffer out = ByteBuffer.allocate(PIECE).limit(0);
	private final ByteBuffer keys = ByteBuffer.allocate(PIECE);
	/** Null while nobody has typed. */
	private Visit visit;

	TerminalWay(GuestPort guest, Terminal terminal, Seats seats, Reader reader) {
		this.guest = guest;
		this.terminal = terminal;
		this.seats = seats;
		this.reader = reader;
	}

	void begin() {
		guest.watch(terminal.descriptor(), this::ready);
	}

	/** Somebody typed, or has read and made room, or has gone. */
	private void ready() {
		flush();
		tellSize();
		pull();
		guest.readable();
	}

	/** Gives away what the terminal takes. */
	void flush() {
		while (true) {
			terminal.write(out);
			if (out.hasRemaining())
				return;
			reader.read(out.clear());
			if (!out.flip().hasRemaining())
				return;
		}
	}

	/** Gives up what was forgotten, because nobody has read it. */
	void skip() {
		reader.skip();
	}

	@Override
	public long lost() {
		return reader.lost();
	}

	/** The kernel tells the master of a pseudo terminal nothing when its size changes. */
	private void tellSize() {
		var writer = seats.writer();
		if (writer == null || writer == visit)
			seats.tellSize(terminal.size());
	}

	/** Writes down what its program has not read yet, and whether it writes. */
	void save(DataOutput to) throws IOException {
		reader.save(to);
		Kept.write(to, out);
		to.writeBoolean(visit != null);
		to.writeBoolean(visit != null && seats.writes(visit));
		Kept.write(to, keys.flip());
	}

	void restore(DataInput from) throws IOException {
		reader.restore(from);
		Kept.read(from, out.clear());
		out.flip();
		boolean present = from.readBoolean();
		boolean writes = from.readBoolean();
		Kept.read(from, keys);
		if (present) {
			visit = visitor();
			seats.resume(visit, writes);
		}
	}

	private Visit visitor() {
		return new Visit(new Visitor(NAME, Wish.ATTACH), this);
	}

	@Override
	public void pull() {
		for (int i = 0; i < MOST_PIECES; i++) {
			if (keys.position() > 0 && !typed())
				return;
			int read = terminal.read(keys);
			if (read < 0)
				leave();
			if (read <= 0)
				return;
			if (visit == null) {
				visit = visitor();
				seats.enterQuietly(visit);
			}
			visit.size(terminal.size());
		}
		// to be reported again, after what else the loop has to do
		guest.unwatch(terminal.descriptor());
		begin();
	}

	private boolean typed() {
		boolean all = seats.typeOrForget(visit, keys.flip());
		keys.compact();
		return all;
	}

	private void leave() {
		if (visit == null)
			return;
		seats.leave(visit);
		visit = null;
	}

	@Override
	public void said(ByteBuffer data) {
		// the port flushes, whether somebody has typed or not
	}

	@Override
	public void tell(String words) {
		reader.tell(words);
		flush();
	}

	@Override
	public void replay(int bytes) {
		// what was not read is still there
	}

	@Override
	public void end() {
		// the terminal stays, for whoever opens it next
	}
}
