package port.console;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

import bus.api.Attachable.Attachment;
import bus.api.Attachable.Visitor;
import bus.api.GuestPort;

/** A visit whose terminal is somebody else's: the shell's. It shows what it is given at once, so it has no place of its own. */
final class Session implements Way, Attachment {
	private static final System.Logger LOG = System.getLogger("port.console");
	private static final int PIECE = 16 << 10;

	private final GuestPort guest;
	private final Seats seats;
	private final Ring ring;
	private final Consumer<ByteBuffer> output;
	private final Visit visit;
	private final boolean quiet;
	/** What the guest says from here on is news to the visitor, also what it says before the loop has heard of the visit. */
	private final long since;

	/**
	 * @param quiet whether only what the guest says is to be shown
	 */
	Session(GuestPort guest, Seats seats, Ring ring, Visitor visitor, boolean quiet, Consumer<ByteBuffer> output) {
		this.guest = guest;
		this.seats = seats;
		this.ring = ring;
		this.output = output;
		this.quiet = quiet;
		this.since = ring.end();
		this.visit = new Visit(visitor, this);
	}

	Visit visit() {
		return visit;
	}

	// ---- the loop's side

	@Override
	public void said(ByteBuffer data) {
		show(data.duplicate());
	}

	@Override
	public void tell(String words) {
		if (!quiet)
			show(ByteBuffer.wrap(Notice.text(words)));
	}

	@Override
	public void replay(int bytes) {
		long now = Math.max(ring.start(), since);
		long from = quiet ? now : Math.max(ring.start(), Math.min(now, ring.end() - bytes));
		if (from < now) {
			tell(Replay.before(now - from));
			show(from, now);
			tell(Replay.END);
		}
		show(now, ring.end());
	}

	private void show(long from, long to) {
		var piece = ByteBuffer.allocate((int) Math.min(PIECE, to - from));
		for (long at = from; at < to;) {
			at += ring.read(at, to, piece.clear());
			show(piece.flip());
		}
	}

	private void show(ByteBuffer bytes) {
		if (visit.isEnded())
			return;
		try {
			output.accept(bytes);
		} catch (RuntimeException e) { // a session that fails must not close the console of the others
			LOG.log(System.Logger.Level.WARNING, visit.name() + ": session ended, its output failed: " + e);
			visit.ended();
			seats.leave(visit);
		}
	}

	@Override
	public void pull() {
		// whoever types here is told how much was taken, and tries again
	}

	/** It is for the shell to count what its terminal did not take. */
	@Override
	public long lost() {
		return 0;
	}

	@Override
	public void end() {
		// nothing is open
	}

	// ---- the visitor's side

	@Override
	public int type(ByteBuffer keys) {
		return isOpen() ? seats.type(visit, keys) : 0;
	}

	@Override
	public void resize(int columns, int rows) {
		visit.size(columns, rows);
		if (isOpen())
			guest.execute(seats::tellSize);
	}

	@Override
	public boolean writes() {
		return isOpen() && seats.writes(visit);
	}

	@Override
	public boolean isOpen() {
		return !visit.isEnded() && !seats.isOver();
	}

	@Override
	public void close() {
		visit.ended();
		guest.execute(() -> seats.leave(visit));
	}
}
