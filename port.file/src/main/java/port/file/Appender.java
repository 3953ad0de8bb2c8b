package port.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes to a channel that may be slow or full, on a thread of its own. Two buffers change places: one is filled while the
 * other is written. What has been taken is written, however long the disk needs; only {@link #close} ends the patience.
 */
final class Appender implements AutoCloseable {
	/** Each of the two buffers: enough for a disk to write in large pieces. */
	private static final int BUFFER = 128 << 10;
	private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
	/** How long a failing disk is tried after the port was unplugged. */
	private static final Duration FLUSH = Duration.ofSeconds(2);
	/** How long the unplugging thread waits, if the disk does not even fail. */
	private static final Duration STUCK = FLUSH.plusSeconds(1);
	private static final System.Logger LOG = System.getLogger("port.file");

	private final ReentrantLock lock = new ReentrantLock();
	private final Condition changed = lock.newCondition();
	private final WritableByteChannel channel;
	private final String name;
	private final Runnable room;
	private final Thread writer;
	/** Filled under the lock. */
	private ByteBuffer filling = ByteBuffer.allocateDirect(BUFFER);
	/** The writer's, except while it changes places with the other. */
	private ByteBuffer draining = ByteBuffer.allocateDirect(BUFFER);
	/** Somebody was sent away and waits for {@link #room}. */
	private boolean awaited;
	private boolean closing;
	/** On the clock of {@link System#nanoTime}; when closing. */
	private long giveUp;

	/**
	 * @param channel owned from here on
	 * @param name for the log
	 * @param room called when there is room again after a {@link #take} that took less than offered
	 */
	Appender(WritableByteChannel channel, String name, Runnable room) {
		this.channel = channel;
		this.name = name;
		this.room = room;
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
			return taken;
		} finally {
			lock.unlock();
		}
	}

	/** Writes what was taken, if the disk can do it in {@link #FLUSH}. */
	@Override
	public void close() {
		lock.lock();
		try {
			closing = true;
			giveUp = System.nanoTime() + FLUSH.toNanos();
			changed.signal();
		} finally {
			lock.unlock();
		}
		try {
			if (!writer.join(STUCK))
				LOG.log(System.Logger.Level.WARNING, name + ": the disk does not answer; what it holds up may be lost");
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		}
	}

	/** The writer thread. It owns the channel, because closing one that is stuck in a write would block the closer too. */
	private void write() {
		try (channel) {
			while (swap())
				drain();
		} catch (IOException e) {
			LOG.log(System.Logger.Level.ERROR, name + ": " + e.getMessage());
		}
	}

	/** Waits for bytes; answers whether there are any. */
	private boolean swap() {
		boolean wake;
		lock.lock();
		try {
			while (filling.position() == 0 && !closing)
				changed.awaitUninterruptibly();
			var full = filling.flip();
			filling = draining.clear();
			draining = full;
			wake = awaited;
			awaited = false;
		} finally {
			lock.unlock();
		}
		if (wake)
			room.run();
		return draining.hasRemaining();
	}

	private void drain() throws IOException {
		var pause = Duration.ZERO;
		while (draining.hasRemaining()) {
			try {
				channel.write(draining);
				if (!pause.isZero())
					LOG.log(System.Logger.Level.INFO, name + ": goes on");
				pause = Duration.ZERO;
			} catch (IOException e) {
				if (pause.isZero())
					LOG.log(System.Logger.Level.WARNING, name + ": " + e.getMessage() + "; the guest waits");
				pause = longer(pause);
				if (!patient(pause))
					throw new IOException("unplugged with " + draining.remaining() + " bytes or more unwritten", e);
			}
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
}
