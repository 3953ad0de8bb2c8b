package port.guestagent.engine;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import bus.api.GuestPort;

/**
 * What goes between the loop and the port's own thread: bytes both ways and the guest's notices. The loop copies and
 * signals, nothing else; the lock is held for as long as a copy takes. What the guest says is bounded by a buffer:
 * when it is full the guest waits. What is said to the guest is one message at a time.
 */
final class Wire {
	/** Some pages' worth: the thread is woken for many buffers of the guest's at once. */
	private static final int INTAKE = 256 << 10;
	private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

	/**
	 * The port as the guest has it.
	 *
	 * @param opening counts the guest's openings: what was said in an earlier one nobody remembers
	 */
	record Situation(boolean plugged, boolean open, int opening, boolean running) {
	}

	private final ReentrantLock lock = new ReentrantLock();
	private final Condition changed = lock.newCondition();
	private final ByteBuffer intake = ByteBuffer.allocate(INTAKE);
	private ByteBuffer outgoing = NOTHING;
	private Situation situation = new Situation(false, false, 0, true);
	/** The guest was sent away and waits for {@link GuestPort#writable}. */
	private boolean awaited;
	private boolean woken;
	private GuestPort guest;
	private long fromGuest;
	private long toGuest;
	private volatile Thread loop;

	void plugged(GuestPort port) {
		change(() -> {
			guest = port;
			situation = new Situation(true, port.guestOpen(), situation.opening() + 1, true);
		});
	}

	void unplugged() {
		change(() -> {
			intake.clear();
			outgoing = NOTHING;
			awaited = false;
			guest = null;
			situation = new Situation(false, false, situation.opening(), true);
		});
	}

	// ---- the loop

	int take(ByteBuffer data) {
		loop = Thread.currentThread();
		lock.lock();
		try {
			int taken = Math.min(data.remaining(), intake.remaining());
			awaited = taken < data.remaining();
			intake.put(data.slice(data.position(), taken));
			fromGuest += taken;
			wakeLocked();
			return taken;
		} finally {
			lock.unlock();
		}
	}

	int give(ByteBuffer room) {
		loop = Thread.currentThread();
		lock.lock();
		try {
			int given = Math.min(room.remaining(), outgoing.remaining());
			room.put(outgoing.slice(outgoing.position(), given));
			outgoing.position(outgoing.position() + given);
			toGuest += given;
			if (!outgoing.hasRemaining())
				outgoing = NOTHING; // not kept until the next one comes
			return given;
		} finally {
			lock.unlock();
		}
	}

	/** May come twice in a row: only from closed to open does somebody new listen. */
	void opened() {
		loop = Thread.currentThread();
		change(() -> {
			if (!situation.open())
				situation = new Situation(true, true, situation.opening() + 1, situation.running());
		});
	}

	/** What the guest has not read yet is for nobody any more, and what it has said belongs to what is lost. */
	void closed() {
		loop = Thread.currentThread();
		change(() -> {
			intake.clear();
			outgoing = NOTHING;
			if (awaited)
				guest.writable(); // at once: this is the loop
			awaited = false;
			situation = new Situation(situation.plugged(), false, situation.opening(), situation.running());
		});
	}

	void running(boolean running) {
		loop = Thread.currentThread();
		change(() -> situation = new Situation(situation.plugged(), situation.open(), situation.opening(), running));
	}

	/** Whether the caller is the thread that must not wait. */
	boolean isLoop() {
		return Thread.currentThread() == loop;
	}

	// ---- the port's thread, and whoever wakes it

	Situation situation() {
		lock.lock();
		try {
			return situation;
		} finally {
			lock.unlock();
		}
	}

	/** Moves what the guest has said, as much as there is room for; answers how much. */
	int read(ByteBuffer target) {
		int moved;
		GuestPort waiting = null;
		lock.lock();
		try {
			intake.flip();
			moved = Math.min(target.remaining(), intake.remaining());
			target.put(intake.slice(0, moved));
			intake.position(moved).compact();
			if (awaited && moved > 0) {
				awaited = false;
				waiting = guest;
			}
		} finally {
			lock.unlock();
		}
		if (waiting != null)
			waiting.writable(); // may wait for the loop, which may wait for the lock
		return moved;
	}

	/**
	 * Says something in place of what the guest has not taken of the message before.
	 *
	 * @param opening whom it is for; the next one must not hear it
	 */
	void send(ByteBuffer message, int opening) {
		GuestPort reader;
		lock.lock();
		try {
			if (opening != situation.opening() || !situation.open())
				return;
			outgoing = message;
			reader = guest;
		} finally {
			lock.unlock();
		}
		if (reader != null && message.hasRemaining())
			reader.readable();
	}

	/** Whether the guest has taken all of the last message. */
	boolean sent() {
		lock.lock();
		try {
			return !outgoing.hasRemaining();
		} finally {
			lock.unlock();
		}
	}

	/** Waits until something changes or somebody wakes, at most so long. */
	void await(long nanos) throws InterruptedException {
		lock.lock();
		try {
			long left = nanos;
			while (!woken && left > 0)
				left = changed.awaitNanos(left);
			woken = false;
		} finally {
			lock.unlock();
		}
	}

	void wake() {
		change(() -> {
		});
	}

	long fromGuest() {
		return counted(true);
	}

	long toGuest() {
		return counted(false);
	}

	private long counted(boolean out) {
		lock.lock();
		try {
			return out ? fromGuest : toGuest;
		} finally {
			lock.unlock();
		}
	}

	private void change(Runnable step) {
		lock.lock();
		try {
			step.run();
			wakeLocked();
		} finally {
			lock.unlock();
		}
	}

	private void wakeLocked() {
		woken = true;
		changed.signalAll();
	}
}
