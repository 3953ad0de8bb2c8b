package bus.itest;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A client of a port that writes and reads {@link EndlessBytes} at a pace of its own, and checks each byte. It has one
 * connection: when that ends, it has failed.
 */
final class PacedClient implements AutoCloseable {
	private static final int LARGEST = 32 << 10;

	private final SocketChannel channel;
	private final EndlessBytes to;
	private final EndlessBytes from;
	private final Pace writing;
	private final Background<Boolean> writer;
	private final Background<Boolean> reader;
	private volatile Pace reading;
	private volatile boolean stopped;
	private volatile long sent;
	private volatile long received;
	private volatile String problem = "";
	/** Of the last bytes that came. */
	private volatile long lastArrival = System.nanoTime();
	/** The longest time between two arrivals since somebody asked. */
	private final AtomicLong longest = new AtomicLong();

	/** So many bytes every so often; as fast as it goes if that is 0. */
	record Pace(int piece, long micros) {
		static final Pace FULL_SPEED = new Pace(LARGEST, 0);
	}

	/**
	 * @param seed as the guest's program has it for this port
	 */
	PacedClient(SocketAddress address, long seed, Pace writing, Pace reading) throws IOException {
		channel = SocketChannel.open(address);
		to = new EndlessBytes(seed);
		from = new EndlessBytes(seed + 1);
		this.writing = writing;
		this.reading = reading;
		writer = Background.start(this::write);
		reader = Background.start(this::read);
	}

	private boolean write() {
		try {
			long due = System.nanoTime();
			while (!stopped) {
				var bytes = ByteBuffer.wrap(to.bytes(sent, writing.piece()));
				while (bytes.hasRemaining())
					channel.write(bytes);
				sent = sent + writing.piece();
				due = pause(due, writing);
			}
		} catch (IOException e) {
			failed("write", e);
		}
		return stopped;
	}

	private boolean read() {
		var bytes = ByteBuffer.allocate(LARGEST);
		try {
			long due = System.nanoTime();
			int size;
			while ((size = channel.read(bytes.clear().limit(reading.piece()))) > 0) {
				arrived(bytes.array(), size);
				due = pause(due, reading);
			}
			problem = "closed by vport after " + received + " bytes";
		} catch (IOException e) {
			failed("read", e);
		}
		return stopped;
	}

	private void failed(String what, IOException e) {
		if (channel.isOpen())
			problem = what + ": " + e;
	}

	/** What was missed is not made up for. */
	private static long pause(long due, Pace pace) {
		long next = Math.max(due + pace.micros() * 1000, System.nanoTime());
		while (System.nanoTime() - next < 0)
			LockSupport.parkNanos(next - System.nanoTime());
		return next;
	}

	private void arrived(byte[] bytes, int size) {
		long now = System.nanoTime();
		longest.accumulateAndGet(now - lastArrival, Math::max);
		lastArrival = now;
		long wrong = from.mismatch(bytes, size, received);
		if (wrong >= 0 && problem.isEmpty())
			problem = "byte " + wrong + " from the guest is not what it wrote";
		received = received + size;
	}

	/** The longest time without an arrival since the call before, the one that lasts included. */
	long longestWait() {
		return Math.max(longest.getAndSet(0), System.nanoTime() - lastArrival);
	}

	/** No more is written, and what still comes is read at once. */
	void finish() {
		stopped = true;
		reading = Pace.FULL_SPEED;
		writer.join();
	}

	long sent() {
		return sent;
	}

	long received() {
		return received;
	}

	/** What was wrong first, or nothing. */
	String problem() {
		return problem;
	}

	@Override
	public void close() throws IOException {
		stopped = true;
		channel.close();
		writer.join();
		reader.join();
	}
}
