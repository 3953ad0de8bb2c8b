package port.console;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Somebody who takes what the guest says at a pace of their own. Who falls behind by more than the ring holds loses the
 * oldest bytes, and finds a mark in their place. Loop thread.
 */
final class Reader {
	/** More are not wanted by anybody who still reads; then the oldest is forgotten. */
	private static final int NOTICES = 16;
	private static final byte[] NOTHING = {};

	private final Ring ring;
	private final ArrayDeque<Notice> notices = new ArrayDeque<>();
	/** A mark or a notice that was begun must be ended, or the reader sees half a line. */
	private ByteBuffer begun = ByteBuffer.wrap(NOTHING);
	private long next;
	/** Since the last mark. */
	private long unmarked;
	private volatile long lost;

	Reader(Ring ring, long next) {
		this.ring = ring;
		this.next = next;
	}

	long next() {
		return next;
	}

	/** Bytes that it never had. */
	long lost() {
		return lost;
	}

	/** Gives up what the ring has forgotten meanwhile; answers how many bytes that are. */
	int skip() {
		long gone = ring.start() - next;
		if (gone <= 0)
			return 0;
		next += gone;
		unmarked += gone;
		lost += gone;
		return (int) gone;
	}

	/** A notice, behind all that the guest has said until now. */
	void tell(String words) {
		tell(ring.end(), words);
	}

	private void tell(long at, String words) {
		if (notices.size() == NOTICES)
			notices.removeFirst();
		notices.add(new Notice(at, Notice.text(words)));
	}

	/** Goes back, with a mark before what was there and one behind it. */
	void replay(int bytes) {
		long from = Math.max(ring.start(), ring.end() - bytes);
		if (from == ring.end())
			return;
		skip();
		next = from;
		notices.clear();
		tell(from, Replay.before(ring.end() - from));
		tell(Replay.END);
	}

	/** Puts what comes next, as much as there is room for; nothing if the reader has all. */
	void read(ByteBuffer into) {
		skip();
		while (into.hasRemaining()) {
			if (!begun.hasRemaining())
				begun = due();
			if (begun.hasRemaining()) {
				Bytes.move(begun, into);
				continue;
			}
			long to = notices.isEmpty() ? ring.end() : Math.min(ring.end(), notices.getFirst().at());
			int read = ring.read(next, to, into);
			if (read == 0)
				return;
			next += read;
		}
	}

	/** Writes down where it is. */
	void save(DataOutput to) throws IOException {
		to.writeLong(next);
		to.writeLong(unmarked);
		to.writeLong(lost);
		Kept.write(to, begun);
		to.writeByte(notices.size());
		for (var notice : notices) {
			to.writeLong(notice.at());
			Kept.write(to, ByteBuffer.wrap(notice.text()));
		}
	}

	/** Goes on from there. */
	void restore(DataInput from) throws IOException {
		next = from.readLong();
		unmarked = from.readLong();
		lost = from.readLong();
		begun = ByteBuffer.wrap(Kept.read(from));
		for (int count = from.readByte(); count > 0; count--)
			notices.add(new Notice(from.readLong(), Kept.read(from)));
		skip(); // the ring may be smaller than it was: that loss is not one of what is said next
	}

	private ByteBuffer due() {
		if (unmarked > 0) {
			var mark = ByteBuffer.wrap(Notice.lost(unmarked));
			unmarked = 0;
			return mark;
		}
		if (!notices.isEmpty() && notices.getFirst().at() <= next)
			return ByteBuffer.wrap(notices.removeFirst().text());
		return begun;
	}
}
