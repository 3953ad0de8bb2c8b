package port.console;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes what happens at a console to a disk, on a thread of its own. The loop puts it into one of two buffers of a fixed
 * size and never waits: what does not fit, because the disk is slow or full, is lost, counted, and marked.
 */
final class Tape implements AutoCloseable {
	/** What the guest has said. */
	static final byte OUTPUT = 'o';
	/** What was typed to it. */
	static final byte INPUT = 'i';
	/** The size it was told: four bytes, columns and rows. */
	static final byte RESIZE = 'r';

	/** Each of the two buffers. */
	private static final int BUFFER = 256 << 10;
	/** kind, wall clock, System.nanoTime, length. */
	private static final int HEADER = 1 + 8 + 8 + 4;
	private static final int LENGTH_AT = HEADER - 4;
	/** Linux writes a console in pieces of 16 bytes: what comes so soon behind another piece is one with it. */
	private static final long TOGETHER_NANOS = 5_000_000;
	private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
	/** How long a failing disk is tried after the port was unplugged. */
	private static final Duration FLUSH = Duration.ofSeconds(2);
	private static final System.Logger LOG = System.getLogger("port.console");

	/** What is made of the events, and where it goes. The tape's thread. */
	interface Sink extends AutoCloseable {

		/**
		 * Puts one event into the form of the file.
		 *
		 * @param data its bytes, of a piece that may end anywhere
		 */
		ByteBuffer encode(byte kind, long millis, long nanos, ByteBuffer data);

		/** Puts it into words that bytes were lost here. */
		ByteBuffer lost(long millis, long nanos, long count);

		/** Writes; what remains when it throws is offered again. */
		void write(ByteBuffer text) throws IOException;

		@Override
		void close() throws IOException;
	}

	private final ReentrantLock lock = new ReentrantLock();
	private final Condition changed = lock.newCondition();
	private final String name;
	private final Sink sink;
	private final Thread writer;
	/** Filled under the lock. */
	private ByteBuffer filling = ByteBuffer.allocate(BUFFER);
	/** The writer's, except while it changes places with the other. */
	private ByteBuffer draining = ByteBuffer.allocate(BUFFER);
	/** Where in {@link #filling} the last event begins; negative for none. */
	private int last = -1;
	/** Behind what is in {@link #filling}. */
	private long unmarked;
	private volatile long lost;
	private boolean closing;
	private long giveUp;

	/**
	 * @param name for the log, as {@code key=value}
	 * @param sink owned from here on
	 */
	Tape(String name, Sink sink) {
		this.name = name;
		this.sink = sink;
		writer = Thread.ofPlatform().daemon().name("port.console " + name).start(this::write);
	}

	/** Bytes that are not in the file. */
	long lost() {
		return lost;
	}

	/** Takes what there is room for, and counts the rest of what the guest said as lost. Moves nothing in {@code data}. */
	void put(byte kind, ByteBuffer data) {
		long nanos = System.nanoTime();
		lock.lock();
		try {
			int count = append(kind, nanos, data);
			if (count < 0)
				count = begin(kind, nanos, data);
			if (kind == OUTPUT) {
				unmarked += data.remaining() - count;
				lost += data.remaining() - count;
			}
			changed.signal();
		} finally {
			lock.unlock();
		}
	}

	/** To the last event, if it is of the same kind and moment; else answers -1. Nothing goes behind a gap but its mark. */
	private int append(byte kind, long nanos, ByteBuffer data) {
		if (last < 0 || unmarked > 0 || filling.get(last) != kind || kind == RESIZE
				|| nanos - filling.getLong(last + 1 + 8) > TOGETHER_NANOS)
			return -1;
		int count = Bytes.copy(data, filling);
		filling.putInt(last + LENGTH_AT, filling.getInt(last + LENGTH_AT) + count);
		return count;
	}

	private int begin(byte kind, long nanos, ByteBuffer data) {
		int count = Math.min(data.remaining(), filling.remaining() - HEADER);
		if (count <= 0)
			return 0;
		last = filling.position();
		filling.put(kind).putLong(System.currentTimeMillis()).putLong(nanos).putInt(count);
		return Bytes.copy(data, filling);
	}

	/** Writes what was taken, if the disk can do it within a moment. */
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
			if (!writer.join(FLUSH.plusSeconds(1)))
				LOG.log(System.Logger.Level.WARNING, name + ": the disk does not answer; what it holds up may be lost");
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		}
	}

	/** The writer thread. It owns the file: closing one that is stuck in a write would block the closer, too. */
	private void write() {
		try (sink) {
			for (long gap = swap(); gap >= 0; gap = swap()) {
				while (draining.hasRemaining())
					writeOut(event());
				if (gap > 0)
					writeOut(sink.lost(System.currentTimeMillis(), System.nanoTime(), gap));
			}
		} catch (IOException e) {
			LOG.log(System.Logger.Level.ERROR, name + ": " + e.getMessage());
		}
	}

	private ByteBuffer event() {
		byte kind = draining.get();
		long millis = draining.getLong();
		long nanos = draining.getLong();
		int length = draining.getInt();
		var data = draining.slice(draining.position(), length);
		draining.position(draining.position() + length);
		return sink.encode(kind, millis, nanos, data);
	}

	/** Waits for something to write; answers how many bytes are missing behind it, or -1 at the end. */
	private long swap() {
		lock.lock();
		try {
			while (filling.position() == 0 && unmarked == 0 && !closing)
				changed.awaitUninterruptibly();
			if (filling.position() == 0 && unmarked == 0)
				return -1;
			var full = filling.flip();
			filling = draining.clear();
			draining = full;
			last = -1;
			long gap = unmarked;
			unmarked = 0;
			return gap;
		} finally {
			lock.unlock();
		}
	}

	private void writeOut(ByteBuffer text) throws IOException {
		var pause = Duration.ZERO;
		while (text.hasRemaining()) {
			try {
				sink.write(text);
				if (!pause.isZero())
					LOG.log(System.Logger.Level.INFO, name + ": goes on");
				pause = Duration.ZERO;
			} catch (IOException e) {
				if (pause.isZero())
					LOG.log(System.Logger.Level.WARNING, name + ": " + e.getMessage() + "; what comes meanwhile is lost");
				pause = longer(pause);
				if (!patient(pause))
					throw new IOException("unplugged with bytes unwritten: " + e.getMessage(), e);
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
