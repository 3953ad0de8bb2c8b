package port.guestagent.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Whether the guest's file systems are frozen, and until when they may be. The watchdog does not ask whether the
 * client who froze them is still there: tools freeze, leave, and come back to thaw. The engine's lock.
 */
final class Freeze {
	static final String STATUS = "guest-fsfreeze-status";
	static final Set<String> BEGIN = Set.of("guest-fsfreeze-freeze", "guest-fsfreeze-freeze-list");

	/** What an agent executes while it is frozen; it refuses the rest, lest it write to a log and hang. */
	private static final Set<String> ALLOWED = Set.of("guest-ping", "guest-info", "guest-sync", "guest-sync-delimited",
			STATUS, CallQueue.THAW);
	private static final long AGAIN = Duration.ofSeconds(5).toNanos();

	private final long limit;
	private Instant since;
	private String client = "";
	private boolean guarded;
	/** On the guest's clock. */
	private long due;
	private boolean uncertain;
	private boolean orphaned;

	Freeze(Duration limit) {
		this.limit = limit.toNanos();
	}

	/** A freeze succeeded. */
	void began(String by, Instant when, long now) {
		client = by;
		since = when;
		uncertain = false;
		guarded = limit > 0;
		due = now + limit;
	}

	/** Nothing is frozen: after a thaw, and in a guest that has started anew. */
	void ended() {
		since = null;
		uncertain = false;
		orphaned = false;
		guarded = false;
	}

	/** A command that changes it had no answer; {@code freezing} if nobody will thaw what it may have frozen. */
	void unanswered(boolean freezing) {
		uncertain = true;
		orphaned |= freezing;
	}

	boolean uncertain() {
		return uncertain;
	}

	/** What the agent says of itself. */
	void told(boolean frozen, Instant when, long now) {
		if (!frozen) {
			ended();
			return;
		}
		uncertain = false;
		if (since == null)
			began("somebody before", when, now);
		if (orphaned) {
			guarded = true;
			due = now;
		}
	}

	/** It is time for the watchdog to thaw; it is asked again after a while in case that does not succeed. */
	boolean due(long now) {
		if (since == null || !guarded || now - due < 0)
			return false;
		due = now + AGAIN;
		return true;
	}

	/** When the watchdog wants to be asked next, if it does. */
	Optional<Long> dueAt() {
		return since != null && guarded ? Optional.of(due) : Optional.empty();
	}

	boolean allows(String command) {
		return since == null || ALLOWED.contains(command);
	}

	Optional<Instant> since() {
		return Optional.ofNullable(since);
	}

	String client() {
		return client;
	}
}
