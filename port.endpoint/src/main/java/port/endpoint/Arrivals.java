package port.endpoint;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import bus.api.GuestPort;

/**
 * The door between who makes connections, on any thread, and the port, on the loop of its bus. What the port has not
 * taken when it goes is closed.
 */
final class Arrivals {
	private static final System.Logger LOG = System.getLogger("port.endpoint");
	private static final long LOG_PAUSE_NANOS = 10_000_000_000L;

	private final GuestPort guest;
	/** For the log: {@code listen=...} or {@code connect=...}. */
	private final String option;
	private final Consumer<Connection> arrived;
	/** Bounded by the handshakes that may be under way. */
	private final Queue<Connection> waiting = new ConcurrentLinkedQueue<>();
	private final AtomicLong accepted = new AtomicLong();
	private final AtomicLong refused = new AtomicLong();
	private final AtomicLong nextLog = new AtomicLong(System.nanoTime());
	private volatile boolean closed;
	/** Loop thread. */
	private boolean paused;
	private boolean delivering;

	Arrivals(GuestPort guest, String option, boolean paused, Consumer<Connection> arrived) {
		this.guest = guest;
		this.option = option;
		this.paused = paused;
		this.arrived = arrived;
	}

	/** Any thread but the loop's. */
	void post(Connection connection) {
		waiting.add(connection);
		if (closed)
			close();
		else
			guest.execute(this::deliver);
	}

	/** The loop's, for a connection that needs nothing more. */
	void give(Connection connection) {
		accepted.incrementAndGet();
		arrived.accept(connection);
	}

	/** Any thread. Somebody who tries again and again does not fill the log. */
	void refuse(String who, String why) {
		long count = refused.incrementAndGet();
		long now = System.nanoTime();
		long due = nextLog.get();
		if (now - due >= 0 && nextLog.compareAndSet(due, now + LOG_PAUSE_NANOS))
			LOG.log(System.Logger.Level.WARNING, guest.bus() + " port " + guest.id() + " " + guest.name() + ": " + option
					+ ": " + who + " refused: " + why + " (" + count + " so far)");
	}

	boolean paused() {
		return paused;
	}

	void pause() {
		paused = true;
	}

	void resume() {
		paused = false;
		deliver();
	}

	private void deliver() {
		if (delivering)
			return; // called by who has just arrived: the loop below goes on anyway
		delivering = true;
		try {
			for (var next = poll(); next != null; next = poll())
				give(next);
		} finally {
			delivering = false;
		}
	}

	private Connection poll() {
		return paused ? null : waiting.poll();
	}

	Map<String, Object> figures() {
		var figures = new LinkedHashMap<String, Object>();
		figures.put("accepted", accepted.get());
		figures.put("refused", refused.get());
		return figures;
	}

	/** Any thread. */
	void close() {
		closed = true;
		for (var connection = waiting.poll(); connection != null; connection = waiting.poll())
			connection.close();
	}
}
