package port.endpoint;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import bus.api.GuestPort;

/**
 * Goes to a program that listens, and goes there again: the other way round than {@link Listener}. Made and closed by the
 * thread that plugs the port; connections are made on the thread of this bundle, and arrive on the loop of the bus.
 */
public final class Connector implements AutoCloseable {
	private static final System.Logger LOG = System.getLogger("port.endpoint");
	private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	/** What a connector is doing. */
	public enum State {
		/** Nothing: it has not begun, or may not begin again. */
		IDLE,
		/** It is on its way. */
		CONNECTING,
		/** It is there. */
		CONNECTED,
		/** It pauses before it tries again. */
		WAITING
	}

	private final Address address;
	private final Access access;
	private final Tuning tuning;
	/** Null without TLS. */
	private final Credentials credentials;
	private final long longest;
	private final Arrivals arrivals;
	private final EndpointLoop loop;
	private volatile State state = State.IDLE;
	private volatile String problem = "";
	private volatile long attempts;
	private volatile long connections;

	// the endpoint thread's
	private Dial dial;
	private EndpointLoop.Alarm alarm;
	/** Grows with every attempt that came to nothing. */
	private long pause = SHORTEST_NANOS;
	private long connectedAt;
	private boolean closed;

	private Connector(Address address, Access access, Tuning tuning, long longest, Arrivals arrivals)
			throws IOException {
		this.address = address;
		this.access = access;
		this.tuning = tuning;
		this.credentials = address instanceof Address.Tls ? new Credentials(access) : null;
		this.longest = longest;
		this.arrivals = arrivals;
		this.loop = EndpointLoop.enter();
	}

	/**
	 * Prepares to connect; {@link #connect} begins.
	 *
	 * @param guest of the port that is being plugged
	 * @param connect the value of the option {@code connect}
	 * @param access how the server proves who it is, and what is shown to it
	 * @param tuning for TCP
	 * @param longest the longest pause between two attempts; pauses begin at a fifth of a second, double, and differ by
	 *        chance, so that not all machines come at once. Zero: only one attempt
	 * @param arrived is given each connection, on the loop, and owns it
	 * @throws IOException with a message for the operator
	 * @throws IllegalArgumentException likewise
	 */
	public static Connector open(GuestPort guest, String connect, Access access, Tuning tuning, Duration longest,
			Consumer<Connection> arrived) throws IOException {
		String option = "connect=" + connect.strip();
		var address = Address.parse("connect", connect);
		access.check("connect", address);
		if (address.toString().endsWith(":0"))
			throw new IllegalArgumentException(option + "; allowed: a port from 1 up");
		return new Connector(address, access, tuning, longest.toNanos(), new Arrivals(guest, option, false, arrived));
	}

	/** Where it goes. */
	public Address address() {
		return address;
	}

	/** What it is doing. Any thread. */
	public State state() {
		return state;
	}

	/** State, attempts and what went wrong, for {@link bus.api.HostPort#figures}. Any thread. */
	public Map<String, Object> figures() {
		var figures = new LinkedHashMap<String, Object>();
		figures.put("connection", state.toString().toLowerCase(Locale.ROOT));
		figures.put("attempts", attempts);
		figures.put("reconnects", Math.max(0, connections - 1));
		figures.putAll(arrivals.figures());
		if (!problem.isEmpty())
			figures.put("problem", problem);
		return figures;
	}

	/** Connects now. Any thread. */
	public void connect() {
		loop.post(this::begin);
	}

	/** The connection has ended: connects again, after a pause unless it has held for a while. Any thread. */
	public void again() {
		loop.post(() -> {
			if (System.nanoTime() - connectedAt > longest)
				pause = SHORTEST_NANOS;
			rest();
		});
	}

	/** An earlier instance's connection goes on: there is nothing to do until {@link #again}. */
	public void resume() {
		loop.post(() -> connectedAt = System.nanoTime());
		state = State.CONNECTED;
	}

	private void begin() {
		alarm = null;
		if (closed || dial != null)
			return;
		state = State.CONNECTING;
		attempts++;
		dial = new Dial(loop, address, access, tuning, credentials, this::reached, this::failed);
		dial.begin();
	}

	private void reached(Connection connection) {
		dial = null;
		connectedAt = System.nanoTime();
		connections++;
		problem = "";
		state = State.CONNECTED;
		arrivals.post(connection);
	}

	private void failed(String reason) {
		dial = null;
		if (closed) {
			loop.leave();
			return;
		}
		if (!reason.equals(problem))
			LOG.log(System.Logger.Level.WARNING, "connect=" + address + ": " + reason
					+ (longest > 0 ? "; trying again" : "; not tried again because of reconnect=0"));
		problem = reason;
		rest();
	}

	private void rest() {
		if (closed || alarm != null || dial != null)
			return;
		state = longest > 0 ? State.WAITING : State.IDLE;
		if (longest == 0)
			return;
		long most = Math.min(pause, longest);
		alarm = loop.after(ThreadLocalRandom.current().nextLong(most / 2, most + 1), this::begin);
		pause = Math.min(2 * pause, longest);
	}

	/** To be called when the port has been unplugged. */
	@Override
	public void close() {
		arrivals.close();
		loop.post(() -> {
			closed = true;
			state = State.IDLE;
			if (alarm != null)
				loop.cancel(alarm);
			if (dial != null)
				dial.abort();
			else
				loop.leave();
		});
	}
}
