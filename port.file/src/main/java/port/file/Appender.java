package port.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes to a file whose disk may be slow or full, on a thread of its own. Two buffers change places: one is filled while
 * the other is written. What has been taken is written, however long the disk needs; only {@link #close} ends the
 * patience, and then says what is left.
 */
final class Appender implements AutoCloseable {
	/** Each of the two buffers: enough for a disk to write in large pieces. */
	static final int BUFFER = 128 << 10;

	private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
	/** Between two lines about the same. */
	private static final Duration QUIET = Duration.ofMinutes(1);
	/** A disk that has not taken a byte for so long, while the guest waits, is worth a line in the log. */
	private static final Duration SLOW = Duration.ofSeconds(5);
	/** How long a failing disk is tried after the port was unplugged. */
	private static final Duration FLUSH = Duration.ofSeconds(2);
	/** How long the unplugging thread waits, if the disk does not even fail. */
	private static final Duration STUCK = FLUSH.plusSeconds(1);
	private static final System.Logger LOG = System.getLogger("port.file");

	private final ReentrantLock lock = new ReentrantLock();
	/** For the writer: bytes, or the end. */
	private final Condition changed = lock.newCondition();
	/** For who watches the writer: the end. */
	private final Condition ended = lock.newCondition();
	private final LogFile file;
	private final String name;
	private final Runnable room;
	private final Thread writer;
	/** Filled under the lock. */
	private ByteBuffer filling = ByteBuffer.allocateDirect(BUFFER);
	/** The writer's, except while it changes places with the other. */
	private ByteBuffer draining = ByteBuffer.allocateDirect(BUFFER);
	/** Somebody was sent away and waits for {@link #room}. */
	private boolean awaited;
	/** There is one who looks whether the disk answers at all. */
	private boolean watched;
	private boolean closing;
	/** On the clock of {@link System#nanoTime}; when closing. */
	private long giveUp;
	/** When the disk answered last, likewise. */
	private volatile long answered = System.nanoTime();
	/** Why nothing is written, since when; null if it is. */
	private volatile Held held;

	/** Whether the log has heard of it; what it has heard last, and when. Of who finds that the disk does not write. */
	private volatile boolean told;
	private volatile String toldWhy = "";
	private volatile Instant toldAt = Instant.MIN;

	/** What keeps the guest waiting. */
	record Held(String why, Instant since) {
	}

	/**
	 * @param file owned from here on
	 * @param name for the log
	 * @param before what an instance before this one could not write, at most two buffers
	 * @param room called when there is room again after a {@link #take} that took less than offered
	 */
	Appender(LogFile file, String name, ByteBuffer before, Runnable room) {
		this.file = file;
		this.name = name;
		this.room = room;
		int first = Math.min(before.remaining(), BUFFER);
		draining.put(before.slice(before.position(), first)).flip();
		filling.put(before.slice(before.position() + first, before.remaining() - first));
		writer = Thread.ofPlatform().daemon().name("port.file " + name).start(this::write);
	}

	/**
	 * Takes what there is room for. Never blocks for longer than it takes two buffers to change places.
	 *
	 * @return bytes taken
	 */
	int take(ByteBuffer data) {
		lock.lock();
		try {
			int taken = Math.min(data.remaining(), filling.remaining());
			awaited = taken < data.remaining();
			filling.put(data.slice(data.position(), taken));
			changed.signal();
			if (awaited && !watched) {
				watched = true;
				Thread.ofVirtual().start(this::watch);
			}
			return taken;
		} finally {
			lock.unlock();
		}
	}

	/**
	 * Says once that a disk does not answer: the writer, which waits for it, cannot. Without the lock, because the log may
	 * be on that disk, and the loop waits for the lock.
	 */
	private void watch() {
		if (isSilent() && held == null)
			hold("the disk does not answer");
	}

	/** Waits as long as somebody else does; answers whether the disk has not answered for too long. */
	private boolean isSilent() {
		lock.lock();
		try {
			long left = SLOW.toNanos();
			while (left > 0 && !closing) {
				left = ended.awaitNanos(left);
				if (left <= 0 && awaited && held == null) // it may have answered since: nobody else will look again
					left = SLOW.toNanos() - (System.nanoTime() - answered);
			}
			watched = false;
			return awaited && !closing;
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt(); // nobody does
			return false;
		} finally {
			lock.unlock();
		}
	}

	/** The log is told once, and of a disk that has room now and then, once a minute. */
	private void hold(String why) {
		var now = Instant.now();
		held = new Held(why, now);
		told = now.isAfter(toldAt.plus(QUIET)) || !why.equals(toldWhy);
		if (!told)
			return;
		toldAt = now;
		toldWhy = why;
		LOG.log(System.Logger.Level.WARNING, name + ": " + why + "; the guest waits");
	}

	private void goOn() {
		if (held != null && told)
			LOG.log(System.Logger.Level.INFO, name + ": goes on");
		held = null;
	}

	/**
	 * Writes what was taken, if the disk can do it in {@link #FLUSH}.
	 *
	 * @return what is not in the file, for somebody who goes on
	 */
	ByteBuffer finish() {
		lock.lock();
		try {
			closing = true;
			giveUp = System.nanoTime() + FLUSH.toNanos();
			changed.signal();
			ended.signal();
		} finally {
			lock.unlock();
		}
		try {
			if (writer.join(STUCK))
				return unwritten();
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		}
		file.abandon();
		LOG.log(System.Logger.Level.WARNING, name + ": the disk does not answer; what it holds up may be lost");
		return ByteBuffer.allocate(0);
	}

	private ByteBuffer unwritten() {
		var rest = filling.flip();
		return ByteBuffer.allocate(draining.remaining() + rest.remaining()).put(draining).put(rest).flip();
	}

	@Override
	public void close() {
		finish();
	}

	/** The writer thread. It owns the file, because closing one that is stuck in a write would block the closer too. */
	private void write() {
		try (file) {
			drain();
			while (swap(file.rest()))
				drain();
		} catch (IOException e) {
			LOG.log(System.Logger.Level.ERROR, name + ": " + e.getMessage());
		}
	}

	/**
	 * Waits for bytes, for so long at most.
	 *
	 * @return false if there are none and will be none
	 */
	private boolean swap(long nanos) {
		boolean wake;
		lock.lock();
		try {
			long left = nanos;
			while (filling.position() == 0 && !closing && left > 0)
				left = changed.awaitNanos(left);
			if (filling.position() == 0)
				return !closing;
			var full = filling.flip();
			filling = draining.clear();
			draining = full;
			wake = awaited;
			awaited = false;
		} catch (InterruptedException e) {
			return false; // nobody does
		} finally {
			lock.unlock();
		}
		if (wake)
			room.run();
		return true;
	}

	private void drain() throws IOException {
		var pause = Duration.ZERO;
		while (draining.hasRemaining()) {
			try {
				file.write(draining);
				answered = System.nanoTime();
				goOn();
				pause = Duration.ZERO;
			} catch (IOException e) {
				answered = System.nanoTime();
				if (held == null)
					hold(LogFile.why(e));
				pause = longer(pause);
				if (!patient(pause))
					throw new IOException("unplugged with " + left()
							+ " bytes unwritten; they are lost unless it is for an update", e);
			}
		}
	}

	private int left() {
		lock.lock();
		try {
			return draining.remaining() + filling.position();
		} finally {
			lock.unlock();
		}
	}

	private static Duration longer(Duration pause) {
		if (pause.isZero())
			return FIRST_PAUSE;
		var doubled = pause.multipliedBy(2);
		return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
	}

	/** Waits before the next attempt; answers whether there is to be one. */
	private boolean patient(Duration pause) {
		lock.lock();
		try {
			long left = pause.toNanos();
			while (!closing && left > 0)
				left = changed.awaitNanos(left);
			if (!closing)
				return true;
			changed.awaitNanos(FIRST_PAUSE.toNanos());
			return System.nanoTime() - giveUp < 0;
		} catch (InterruptedException e) {
			return false;
		} finally {
			lock.unlock();
		}
	}

	/** Why nothing is written at the moment; null if there is no reason. Any thread. */
	Held held() {
		return held;
	}
}
