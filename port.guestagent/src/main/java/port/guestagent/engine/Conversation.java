package port.guestagent.engine;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import port.guestagent.AgentException;
import port.guestagent.AgentLostException;
import port.guestagent.AgentNotReadyException;
import port.guestagent.AgentState;
import port.guestagent.AgentStatus;
import port.guestagent.AgentTimeoutException;
import port.guestagent.engine.Errands.Errand;

/**
 * What is said to the agent, and what its answers mean: synchronize, ask what it can do, then one command after the
 * other; from the beginning whenever an answer did not come or was none. The engine's lock.
 */
final class Conversation {
	/** Bytes looked at in one go, and how often before the deadlines are looked at again. */
	private static final int PIECE = 64 << 10;
	private static final int PIECES = 16;
	/** A guest that talks unasked has us synchronize again and again; so often at most. */
	private static final long STRAY_PAUSE = Duration.ofMillis(100).toNanos();
	/** Commands that succeed without an answer; later agents say it of each command. */
	private static final Set<String> SILENT = Set.of("guest-shutdown", "guest-suspend-disk", "guest-suspend-ram",
			"guest-suspend-hybrid");

	private enum Phase {
		CLOSED, SYNCING, GREETING, READY
	}

	/**
	 * What the agent is at.
	 *
	 * @param call whose, or null
	 * @param errand the engine's own, or null
	 * @param silent a sync follows the command: an answer to that is an answer
	 */
	private record InFlight(Call call, Errand errand, long deadline, boolean silent) {
		String command() {
			return call == null ? errand.command() : call.command();
		}
	}

	private final Wire wire;
	private final Settings settings;
	private final CallQueue queue;
	private final LineReader reader = new LineReader();
	private final Counters counters = new Counters();
	private final Errands errands = new Errands();
	private final Sync sync = new Sync();
	private final GuestClock guestClock = new GuestClock();
	private final Knowledge knowledge;
	private final ByteBuffer piece = ByteBuffer.allocate(PIECE).limit(0);
	private List<Runnable> deliveries = new ArrayList<>();
	private Wire.Situation situation = new Wire.Situation(false, false, 0, true);
	private Phase phase = Phase.CLOSED;
	private InFlight inFlight;
	private long quietSince;
	private long now;
	/** {@link #now} on the guest's clock. */
	private long guestNow;
	/** On the same clock; of any value before there is a reason. */
	private long calmUntil;
	private boolean calm;

	Conversation(Wire wire, Settings settings, CallQueue queue) {
		this.wire = wire;
		this.settings = settings;
		this.queue = queue;
		knowledge = new Knowledge(errands, settings.thawAfter(), () -> guestNow);
	}

	// ---- a turn

	/** Answers how long until there is something to do again, in nanoseconds. */
	long turn(long time) {
		look(time);
		boolean more = listen();
		expire();
		speak();
		counters.waiting.set(queue.size());
		counters.clients.set(queue.clients());
		return more ? 0 : pause(time);
	}

	private void tick(long time) {
		now = time;
		guestNow = guestClock.now(time);
	}

	private void look(long time) {
		var is = wire.situation();
		guestClock.running(is.running(), time);
		tick(time);
		var was = situation;
		situation = is;
		if (is.open() && is.opening() == was.opening())
			return;
		if (was.open() || inFlight != null)
			lose(is.plugged() ? "the guest closed the port; it may be starting anew" : "the port was unplugged");
		if (is.opening() != was.opening() || !is.open())
			forget();
		if (is.open())
			synchronize(guestNow);
		else
			refuseAll(is.plugged());
	}

	/** The next listener may be another agent, in another system. */
	private void forget() {
		piece.limit(0);
		reader.reset();
		knowledge.forget();
		errands.closed();
		phase = Phase.CLOSED;
		sync.opened(guestNow);
	}

	private void refuseAll(boolean plugged) {
		var state = plugged ? AgentState.CLOSED : AgentState.NO_PORT;
		var why = plugged ? "no agent: the guest has closed the port" : "the port was unplugged";
		for (var call : queue.remove(any -> true))
			fail(call, new AgentNotReadyException(call.command() + ": " + why, state));
	}

	private long pause(long time) {
		long next = queue.earliest(time + Duration.ofDays(1).toNanos());
		if (inFlight != null && inFlight.call() != null && inFlight.deadline() - next < 0)
			next = inFlight.deadline();
		long wait = next - time;
		if (!situation.running() || phase == Phase.CLOSED)
			return Math.max(0, wait);
		if (inFlight != null && inFlight.errand() != null)
			wait = Math.min(wait, inFlight.deadline() - guestNow);
		if (phase == Phase.SYNCING)
			wait = Math.min(wait, sync.dueAt() - guestNow);
		if (phase != Phase.READY || inFlight != null)
			return Math.max(0, wait);
		var thaw = knowledge.freeze().dueAt();
		if (thaw.isPresent())
			wait = Math.min(wait, thaw.get() - guestNow);
		if (settings.ping().isPositive())
			wait = Math.min(wait, quietSince + settings.ping().toNanos() - guestNow);
		return Math.max(0, wait);
	}

	// ---- hearing

	/** Answers whether there may be more to hear. */
	private boolean listen() {
		for (int i = 0; i < PIECES; i++) {
			if (!piece.hasRemaining()) {
				piece.clear();
				wire.read(piece);
				piece.flip();
			}
			if (!piece.hasRemaining())
				return false;
			for (var line = reader.next(piece); line != null; line = reader.next(piece))
				if (phase != Phase.CLOSED)
					hear(line);
		}
		return true;
	}

	private void hear(LineReader.Line line) {
		if (phase == Phase.SYNCING)
			hearSync(line);
		else if (inFlight == null)
			stray(line);
		else if (line.delimited() && !inFlight.command().equals("guest-sync-delimited") || inFlight.silent())
			hearMark(line);
		else
			hearAnswer(line);
	}

	private void hearSync(LineReader.Line line) {
		switch (sync.hear(line)) {
			case STALE -> {
			}
			case OLD -> sync.begin(guestNow);
			case SYNCED -> synced();
		}
	}

	/** Nobody asked. The next answer might be taken for another one's. */
	private void stray(LineReader.Line line) {
		if (line.bytes().length == 0 && line.whole())
			return; // an empty line says nothing
		counters.garbage.incrementAndGet();
		if (!line.delimited())
			calm();
	}

	/** A line after a 0xFF, or one where silence may be the answer: the answer to our number, or to one of before. */
	private void hearMark(LineReader.Line line) {
		if (inFlight.silent() && sync.answers(line)) {
			answered(new byte[0]);
		} else if (inFlight.silent() && !line.delimited()) {
			phase = Phase.SYNCING; // the answer to the number is still to come
			sync.expect(guestNow);
			hearAnswer(line);
		} else if (!line.whole() || Json.kind(line.bytes()) != Json.Kind.RETURN) {
			garbage("a 0xFF within its answer");
		}
	}

	private void hearAnswer(LineReader.Line line) {
		if (line.whole() && line.bytes().length == 0)
			return;
		if (!line.whole())
			garbage("an answer longer than max_reply=" + settings.maxReply());
		else if (Json.kind(line.bytes()) == Json.Kind.GARBAGE)
			garbage("something that is no answer");
		else
			answered(line.bytes());
	}

	private void garbage(String what) {
		counters.garbage.incrementAndGet();
		lose("the agent said " + what);
		calm();
	}

	/** Synchronizes, but not again and again because the guest wants us to. */
	private void calm() {
		long at = calm && calmUntil - guestNow > 0 ? calmUntil : guestNow;
		synchronize(at);
		calm = true;
		calmUntil = at + STRAY_PAUSE;
	}

	private void answered(byte[] line) {
		var at = inFlight;
		inFlight = null;
		quietSince = guestNow;
		boolean error = line.length > 0 && Json.kind(line) == Json.Kind.ERROR;
		if (error)
			counters.errors.incrementAndGet();
		knowledge.heard(at.command(), at.call() == null ? "vport" : at.call().client(), line, error);
		if (at.errand() != null)
			at.errand().then().accept(line);
		else
			deliveries.add(() -> at.call().answer().complete(line));
	}

	// ---- beginning

	private void synchronize(long at) {
		counters.resyncs.incrementAndGet();
		phase = Phase.SYNCING;
		reader.reset();
		say(ByteBuffer.allocate(0));
		sync.begin(at);
		heed();
	}

	private void synced() {
		quietSince = guestNow;
		phase = Phase.GREETING;
		knowledge.complete(() -> phase = Phase.READY);
	}

	// ---- saying

	/** To a paused machine nothing is said: it would be late when it hears it. */
	private void speak() {
		if (phase == Phase.SYNCING && situation.running() && sync.due(guestNow))
			if (wire.sent())
				say(sync.question(guestNow));
			else
				sync.expect(guestNow); // the agent has not even read the last one
		if (situation.running() && inFlight == null && (phase == Phase.READY || phase == Phase.GREETING))
			sendNext();
		heed();
	}

	/** As long a line as can be an answer now; the rest passes without being kept. */
	private void heed() {
		reader.limit(phase == Phase.SYNCING ? Sync.LONGEST_ANSWER : inFlight == null ? 0 : settings.maxReply());
	}

	private void sendNext() {
		if (phase == Phase.READY)
			remind();
		Call call = phase == Phase.READY && queue.thawWaits() ? queue.poll() : null;
		var errand = call == null ? errands.poll(knowledge.freeze()::allows) : null;
		while (phase == Phase.READY && errand == null && call == null && (call = queue.poll()) != null) {
			var refusal = knowledge.refusal(call);
			if (refusal != null) {
				fail(call, refusal);
				call = null;
			}
		}
		if (errand != null)
			send(new InFlight(null, errand, guestNow + settings.timeout().toNanos(), false), errand.line());
		else if (call != null)
			send(new InFlight(call, null, call.deadline(), SILENT.contains(call.command())), call.line());
	}

	private void remind() {
		if (knowledge.guard())
			counters.thaws.incrementAndGet();
		if (settings.ping().isPositive() && guestNow - quietSince >= settings.ping().toNanos())
			knowledge.ping();
	}

	private void send(InFlight next, byte[] line) {
		inFlight = next;
		counters.calls.incrementAndGet();
		say(next.silent() ? Json.join(line, sync.trailer()) : ByteBuffer.wrap(line));
	}

	private void say(ByteBuffer message) {
		wire.send(message, situation.opening());
	}

	void add(Errand errand) {
		errands.add(errand);
	}

	// ---- ends

	private void expire() {
		for (var call : queue.remove(it -> now - it.deadline() >= 0))
			fail(call, late(call));
		var at = inFlight;
		if (at == null || (at.call() == null ? guestNow : now) - at.deadline() < 0)
			return;
		counters.timeouts.incrementAndGet();
		if (at.call() != null)
			fail(at.call(), new AgentTimeoutException(at.command() + ": " + (situation.running()
					? "the agent has not answered in time; it may still do it"
					: "the virtual machine is paused"), true, !situation.running()));
		abandon();
	}

	private AgentException late(Call call) {
		counters.timeouts.incrementAndGet();
		if (!situation.running())
			return new AgentTimeoutException(call.command() + ": the virtual machine is paused", false, true);
		if (phase != Phase.READY)
			return new AgentNotReadyException(call.command() + ": the agent does not answer", AgentState.UNSYNCED);
		return new AgentTimeoutException(call.command() + ": other calls kept the agent busy", false, false);
	}

	/** The agent may be at it, or not; its answer is for nobody. */
	private void abandon() {
		knowledge.unanswered(inFlight.command());
		inFlight = null;
		synchronize(guestNow);
	}

	private void lose(String why) {
		var at = inFlight;
		inFlight = null;
		if (at == null)
			return;
		counters.lost.incrementAndGet();
		knowledge.unanswered(at.command());
		if (at.call() == null)
			return;
		if (at.silent())
			deliveries.add(() -> at.call().answer().complete(new byte[0])); // it said nothing and went: as it should
		else
			fail(at.call(), new AgentLostException(at.command() + ": " + why));
	}

	void cancel(Call call, long time) {
		tick(time);
		if (inFlight != null && inFlight.call() == call)
			abandon();
		else
			queue.remove(it -> it == call);
	}

	/** After a failure of our own. */
	void startOver(long time) {
		tick(time);
		lose("internal error; see the log");
		if (situation.open())
			calm();
	}

	private void fail(Call call, AgentException failure) {
		deliveries.add(() -> call.answer().completeExceptionally(failure));
	}

	/** What is to be told to callers; to be run without the engine's lock: what they do is their affair. */
	List<Runnable> deliveries() {
		var ready = deliveries;
		deliveries = new ArrayList<>();
		return ready;
	}

	// ---- looking

	AgentStatus status() {
		var state = !situation.plugged() ? AgentState.NO_PORT : switch (phase) {
			case CLOSED -> AgentState.CLOSED;
			case SYNCING, GREETING -> AgentState.UNSYNCED;
			case READY -> AgentState.READY;
		};
		return new AgentStatus(state, state == AgentState.READY ? knowledge.info() : Optional.empty(),
				knowledge.freeze().since(), situation.running());
	}

	AgentException refusal(Call call) {
		return knowledge.refusal(call);
	}

	Map<String, Object> counters() {
		return counters.figures();
	}
}
