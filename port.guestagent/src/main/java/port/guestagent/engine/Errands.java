package port.guestagent.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What the engine asks the agent for by itself, before the calls of clients. Bounded. The engine's lock. */
final class Errands {
	/** Each program that was not waited for leaves one; more of them than this is not worth the memory. */
	private static final int LIMIT = 256;

	/**
	 * Something to ask.
	 *
	 * @param lasting still when the guest has opened the port anew
	 * @param then gets the agent's line; not called if there is none
	 */
	record Errand(String command, byte[] line, boolean lasting, Consumer<byte[]> then) {
	}

	/** The engine's next steps. Few, and apart: one that had to make room would leave the engine where it is for ever. */
	private final Deque<Errand> firsts = new ArrayDeque<>();
	private final Deque<Errand> waiting = new ArrayDeque<>();

	/** Something that can wait; the oldest of too many is forgotten. */
	void add(Errand errand) {
		if (waiting.size() == LIMIT)
			waiting.pollFirst();
		waiting.addLast(errand);
	}

	/** Something to ask before all else; a second one of the same command is the same. */
	void first(Errand errand) {
		firsts.removeIf(other -> other.command().equals(errand.command()));
		firsts.addFirst(errand);
	}

	/** The first that may be sent, or null. */
	Errand poll(Predicate<String> allowed) {
		var first = poll(firsts, allowed);
		return first == null ? poll(waiting, allowed) : first;
	}

	private static Errand poll(Deque<Errand> waiting, Predicate<String> allowed) {
		for (var errands = waiting.iterator(); errands.hasNext();) {
			var errand = errands.next();
			if (allowed.test(errand.command())) {
				errands.remove();
				return errand;
			}
		}
		return null;
	}

	/** The guest has closed the port. */
	void closed() {
		firsts.removeIf(errand -> !errand.lasting());
		waiting.removeIf(errand -> !errand.lasting());
	}
}
