package port.guestagent.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import port.guestagent.AgentException;
import port.guestagent.AgentFrozenException;
import port.guestagent.AgentInfo;
import port.guestagent.AgentUnsupportedException;
import port.guestagent.engine.Errands.Errand;

/**
 * What is known of the agent, whoever asked: what it can do, and whether it has frozen the guest. What is not known it
 * has errands ask for. The engine's lock.
 */
final class Knowledge {
	private static final String INFO = "guest-info";
	private static final String PING = "guest-ping";
	private static final Consumer<byte[]> NO_MATTER = line -> {
	};
	private static final System.Logger LOG = System.getLogger("port.guestagent");

	private final Errands errands;
	private final Duration thawAfter;
	private final Freeze freeze;
	/** The guest's. */
	private final LongSupplier clock;
	private Optional<AgentInfo> info = Optional.empty();

	Knowledge(Errands errands, Duration thawAfter, LongSupplier clock) {
		this.errands = errands;
		this.thawAfter = thawAfter;
		this.clock = clock;
		freeze = new Freeze(thawAfter);
	}

	Optional<AgentInfo> info() {
		return info;
	}

	Freeze freeze() {
		return freeze;
	}

	/** Another agent may come, in another system. */
	void forget() {
		info = Optional.empty();
		freeze.ended();
	}

	/** Asks for what must be known before others may ask; {@code then} runs when it is. */
	void complete(Runnable then) {
		if (info.isPresent() && !freeze.uncertain())
			then.run();
		else if (info.isPresent())
			askFrozen(then);
		else
			ask(INFO, line -> {
				if (info.isEmpty())
					info = Optional.of(Answers.info(line));
				askFrozen(then);
			});
	}

	private void askFrozen(Runnable then) {
		if (executes(Freeze.STATUS)) {
			ask(Freeze.STATUS, line -> {
				freeze.told(Answers.text(line).equals("frozen"), Instant.now(), clock.getAsLong());
				then.run();
			});
		} else {
			if (freeze.uncertain() && executes(CallQueue.THAW))
				ask(CallQueue.THAW, NO_MATTER); // it may have frozen and does not say: a thaw does no harm
			freeze.ended(); // else it cannot freeze either
			then.run();
		}
	}

	private boolean executes(String command) {
		return info.map(agent -> agent.commands().contains(command)).orElse(false);
	}

	private void ask(String command, Consumer<byte[]> then) {
		errands.first(new Errand(command, Json.line(Json.request(command, Json.object())), false, then));
	}

	/** Notes what an answer says of the agent. */
	void heard(String command, String client, byte[] line, boolean error) {
		if (Freeze.BEGIN.contains(command)) {
			if (error)
				askFrozen(() -> {
				});
			else
				freeze.began(client, Instant.now(), clock.getAsLong());
		} else if (command.equals(CallQueue.THAW) && !error) {
			freeze.ended();
			ask(INFO, NO_MATTER); // while it was frozen it called most commands disabled
		} else if (command.equals(INFO) && !error && freeze.since().isEmpty()) {
			info = Optional.of(Answers.info(line));
		}
	}

	/** The agent may have done it all the same, or may do it later. */
	void unanswered(String command) {
		boolean freezing = Freeze.BEGIN.contains(command);
		if (freezing || command.equals(CallQueue.THAW))
			freeze.unanswered(freezing);
	}

	/** Has the agent thaw if somebody has left it frozen; answers whether it is so. */
	boolean guard() {
		if (!freeze.due(clock.getAsLong()))
			return false;
		LOG.log(System.Logger.Level.WARNING, "thaw_after=" + thawAfter.toSeconds() + ": " + freeze.client()
				+ " has left the guest frozen since " + freeze.since().orElseThrow() + "; thawing it");
		ask(CallQueue.THAW, NO_MATTER);
		return true;
	}

	void ping() {
		ask(PING, NO_MATTER);
	}

	/** Why a call must not be sent as things are, or null. */
	AgentException refusal(Call call) {
		var command = call.command();
		if (!freeze.allows(command))
			return new AgentFrozenException(command + ": " + freeze.client() + " has frozen the guest's file systems;"
					+ " allowed: ping, info, status and thaw until it is thawed", freeze.since().orElseThrow());
		if (!call.checked() || info.isEmpty() || freeze.since().isPresent() || info.get().commands().contains(command))
			return null;
		boolean disabled = info.get().disabled().contains(command);
		return new AgentUnsupportedException(command + ": " + (disabled
				? "blocked in the guest; see --allow-rpcs and --block-rpcs of its qemu-ga"
				: "unknown to agent version=" + info.get().version()), command, disabled);
	}
}
