package port.guestagent.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The calls that wait for the agent. Each client has a lane of its own, the lanes' turns go round, and a thaw goes
 * before all. Bounded: so many calls a lane, and so many lanes. The engine's lock.
 */
final class CallQueue {
	static final String THAW = "guest-fsfreeze-thaw";

	private static final int LANES = 256;

	private final int laneLimit;
	/** In the order of their turns; a lane goes to the end when it had its turn, and away when it is empty. */
	private final Map<String, Deque<Call>> lanes = new LinkedHashMap<>();
	private final Deque<Call> thaws = new ArrayDeque<>();
	private int size;

	CallQueue(int laneLimit) {
		this.laneLimit = laneLimit;
	}

	/** Answers why there is no room for a call, or nothing if it was taken. */
	String add(Call call) {
		boolean thaw = call.command().equals(THAW);
		var lane = thaw ? thaws : lanes.get(call.client());
		if (lane == null && lanes.size() == LANES)
			return LANES + " clients wait for the agent already; call again later";
		if (lane != null && lane.size() >= laneLimit)
			return "queue=" + laneLimit + " calls of " + (thaw ? "guest-fsfreeze-thaw" : "client=" + call.client())
					+ " wait already; wait for an answer, or configure a larger queue=";
		if (lane == null)
			lanes.put(call.client(), lane = new ArrayDeque<>());
		lane.add(call);
		size++;
		return "";
	}

	/** The next one, or null. */
	Call poll() {
		if (size == 0)
			return null;
		size--;
		if (!thaws.isEmpty())
			return thaws.poll();
		var turn = lanes.entrySet().iterator().next();
		var call = turn.getValue().poll();
		lanes.remove(turn.getKey());
		if (!turn.getValue().isEmpty())
			lanes.put(turn.getKey(), turn.getValue());
		return call;
	}

	/** Takes out those that a test says yes to. */
	List<Call> remove(Predicate<Call> test) {
		var removed = new ArrayList<Call>();
		drain(thaws.iterator(), test, removed);
		for (var lane : lanes.values())
			drain(lane.iterator(), test, removed);
		lanes.values().removeIf(Deque::isEmpty);
		size -= removed.size();
		return removed;
	}

	private static void drain(Iterator<Call> calls, Predicate<Call> test, List<Call> removed) {
		while (calls.hasNext()) {
			var call = calls.next();
			if (test.test(call)) {
				calls.remove();
				removed.add(call);
			}
		}
	}

	boolean thawWaits() {
		return !thaws.isEmpty();
	}

	int size() {
		return size;
	}

	int clients() {
		return lanes.size();
	}

	/** When the first of them must hear something, or {@code otherwise} if that is before; wrap-around safe. */
	long earliest(long otherwise) {
		long earliest = otherwise;
		for (var call : thaws)
			earliest = call.deadline() - earliest < 0 ? call.deadline() : earliest;
		for (var lane : lanes.values())
			for (var call : lane)
				earliest = call.deadline() - earliest < 0 ? call.deadline() : earliest;
		return earliest;
	}
}
