package port.guestagent.engine;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import port.guestagent.AgentBusyException;
import port.guestagent.AgentException;
import port.guestagent.AgentInterruptedException;
import port.guestagent.AgentNotReadyException;
import port.guestagent.AgentState;
import port.guestagent.AgentStatus;
import tools.jackson.databind.node.ObjectNode;

/**
 * The agent's only master. Takes calls from any thread, sends one at a time and gives each an end by its deadline.
 * What happens, happens in {@link #turn}: on the port's own thread, or in a test on the test's, with a clock of its
 * own.
 */
final class Engine {
	private static final Duration FOR_EVER = Duration.ofDays(10_000);
	private static final long IDLE = Duration.ofMinutes(10).toNanos();
	private static final System.Logger LOG = System.getLogger("port.guestagent");

	private final Wire wire;
	private final Settings settings;
	private final LongSupplier clock;
	private final ReentrantLock lock = new ReentrantLock();
	private final CallQueue queue;
	private final Conversation conversation;
	private volatile AgentStatus status = new AgentStatus(AgentState.NO_PORT, Optional.empty(), Optional.empty(), true);
	private volatile String title = "";
	private Thread thread;

	Engine(Wire wire, Settings settings, LongSupplier clock) {
		this.wire = wire;
		this.settings = settings;
		this.clock = clock;
		queue = new CallQueue(settings.queue());
		conversation = new Conversation(wire, settings, queue);
	}

	Settings settings() {
		return settings;
	}

	// ---- the port's thread

	/** Begins to talk with the agent of the port that the wire is plugged to. */
	void start(String name) {
		title = name;
		thread = Thread.ofPlatform().daemon().name("port.guestagent " + name).start(this::run);
	}

	/** Ends with the wire, which was unplugged: each call has an answer when this returns. */
	void join() {
		wire.wake();
		boolean interrupted = false;
		while (true) {
			try {
				thread.join();
				break;
			} catch (InterruptedException e) {
				interrupted = true; // turns do not wait for anybody: it will not be long
			}
		}
		if (interrupted)
			Thread.currentThread().interrupt();
	}

	private void run() {
		try {
			while (wire.situation().plugged())
				wire.await(turn());
		} catch (InterruptedException e) {
			LOG.log(System.Logger.Level.ERROR, title + ": interrupted; the port answers no more calls");
		} finally {
			turn();
		}
	}

	/**
	 * Does what is to be done now.
	 *
	 * @return nanoseconds until there is something to do even if nothing happens
	 */
	long turn() {
		long wait;
		List<Runnable> deliveries;
		lock.lock();
		try {
			wait = conversation.turn(clock.getAsLong());
		} catch (RuntimeException | OutOfMemoryError e) { // a guest's answer may be as large as it is allowed to be
			LOG.log(System.Logger.Level.ERROR, title + ": " + e, e);
			conversation.startOver(clock.getAsLong());
			wait = 0;
		} finally {
			publish();
			deliveries = conversation.deliveries();
			lock.unlock();
		}
		deliveries.forEach(Runnable::run);
		return Math.min(wait, IDLE);
	}

	/** In a pause nothing is known of the agent that was not known before. */
	private void publish() {
		var next = conversation.status();
		if (!next.running() && status.state() == AgentState.READY && next.state() == AgentState.UNSYNCED)
			next = new AgentStatus(AgentState.READY, status.agent(), next.frozen(), false);
		if (next.state() != status.state())
			LOG.log(System.Logger.Level.DEBUG, "{0}: {1}", title, next.state());
		status = next;
	}

	// ---- any thread

	AgentStatus status() {
		return status;
	}

	/**
	 * Queues a call.
	 *
	 * @param checked refuse what the agent is known not to execute
	 */
	Call submit(String client, String command, byte[] line, Duration timeout, boolean checked) {
		var call = new Call(client, command, line, clock.getAsLong() + nanos(timeout), checked,
				new CompletableFuture<>());
		AgentException refusal;
		lock.lock();
		try {
			refusal = refusal(call);
			if (refusal == null) {
				var full = queue.add(call);
				refusal = full.isEmpty() ? null : new AgentBusyException(full);
			}
		} finally {
			lock.unlock();
		}
		if (refusal == null)
			wire.wake();
		else
			call.answer().completeExceptionally(refusal);
		return call;
	}

	/** On a clock that may wrap around, for ever is not too far away. */
	static long nanos(Duration duration) {
		return (duration.compareTo(FOR_EVER) < 0 ? duration : FOR_EVER).toNanos();
	}

	private AgentException refusal(Call call) {
		var state = status.state();
		if (state == AgentState.NO_PORT)
			return new AgentNotReadyException("the port is not plugged; vport:list says why", state);
		if (state == AgentState.CLOSED)
			return new AgentNotReadyException(
					"no agent: no process in the guest has the port open; start qemu-guest-agent there", state);
		return conversation.refusal(call);
	}

	/** The caller gives up; an answer that comes all the same is for nobody. */
	void cancel(Call call) {
		lock.lock();
		try {
			conversation.cancel(call, clock.getAsLong());
		} finally {
			lock.unlock();
		}
		call.answer().completeExceptionally(new AgentInterruptedException(call.command() + ": interrupted"));
		wire.wake();
	}

	/**
	 * Has something done as soon as the agent can do it, for nobody who would wait for it.
	 *
	 * @param lasting also in the guest's next opening, perhaps of another agent
	 */
	void errand(String command, ObjectNode arguments, boolean lasting) {
		var errand = new Errands.Errand(command, Json.line(Json.request(command, arguments)), lasting, answer -> {
		});
		lock.lock();
		try {
			conversation.add(errand);
		} finally {
			lock.unlock();
		}
		wire.wake();
	}

	boolean isLoop() {
		return wire.isLoop();
	}

	Map<String, Object> figures() {
		var figures = new LinkedHashMap<String, Object>();
		var now = status;
		figures.put("state", switch (now.state()) {
			case NO_PORT -> "no port";
			case CLOSED -> "closed";
			case UNSYNCED -> "unsynced";
			case READY -> "ready";
		});
		now.agent().ifPresent(agent -> figures.put("agent", agent.version()));
		now.frozen().ifPresent(since -> figures.put("frozen since", since.toString()));
		figures.putAll(conversation.counters());
		return figures;
	}
}
