package port.guestagent.engine;

import java.nio.ByteBuffer;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;

import port.endpoint.Connection;

/**
 * One program at the raw socket. Its thread reads a request, waits for the reply, writes it, and reads the next: so
 * there is never more in memory than one of each, whatever the program sends. A program that has said all it wants to
 * say, and closes that direction, still gets its reply.
 */
final class RawSession {
	private static final int PIECE = 64 << 10;
	private static final int GONE = -1;

	private final Connection connection;
	private final RawClient client;
	private final Consumer<RawSession> left;
	/** That something has happened; how much does not matter. */
	private final Semaphore happened = new Semaphore(0);
	private final ByteBuffer said = ByteBuffer.allocate(PIECE).limit(0);
	private final Thread thread;
	/** A reply that is complete; the port's thread puts it here, ours takes it. */
	private final AtomicReference<ByteBuffer> reply = new AtomicReference<>();
	private volatile boolean ending;
	/** What is being written. */
	private ByteBuffer outgoing;
	private long written;

	RawSession(Connection connection, Function<Consumer<ByteBuffer>, RawClient> client,
			Consumer<RawSession> left) {
		this.connection = connection;
		this.client = client.apply(this::replied);
		this.left = left;
		this.thread = Thread.ofVirtual().name("port.guestagent " + connection.peer()).unstarted(this::run);
	}

	int descriptor() {
		return connection.descriptor();
	}

	/** When it has left, and the connection is not watched any more. */
	void close() {
		connection.close();
	}

	void start() {
		thread.start();
	}

	/** Any thread, the loop too. */
	void wake() {
		happened.release();
	}

	private void replied(ByteBuffer bytes) {
		reply.set(bytes);
		wake();
	}

	/** Ends it with what can be written at once, and waits until it has let go of the connection. */
	void end() {
		ending = true;
		wake();
		try {
			thread.join();
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt(); // it ends by itself, a little later
		}
	}

	private void run() {
		try (client) {
			while (goesOn() && !ending) {
				happened.acquire();
				happened.drainPermits();
			}
		} catch (InterruptedException e) {
			// nobody does that; it ends as if the program had gone
		} finally {
			left.accept(this);
		}
	}

	/** Does what can be done without waiting; answers whether there is something to wait for. */
	private boolean goesOn() {
		while (true) {
			if (written < client.begun()) {
				if (!write())
					return false;
				if (written < client.begun())
					return true; // for the agent, or for the program to read
				Thread.yield(); // refusals come at once: one who asks again and again is not to keep a carrier thread
			}
			if (ending)
				return false; // or one who asks again and again would keep the port from being unplugged
			if (!said.hasRemaining()) {
				int count = read();
				if (count <= 0)
					return count != GONE;
			}
			client.take(said);
		}
	}

	/** Answers whether the program is still there. */
	private boolean write() {
		if (outgoing == null)
			outgoing = reply.getAndSet(null);
		if (outgoing == null)
			return true;
		if (connection.write(outgoing) == GONE)
			return false;
		if (!outgoing.hasRemaining()) {
			outgoing = null;
			written++;
		}
		return true;
	}

	private int read() {
		said.clear();
		int count = connection.read(said);
		said.flip();
		return count;
	}
}
