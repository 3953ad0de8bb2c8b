package port.testkit;

/** What a kind of port does, so that only that is asked of it. */
public enum Trait {
	/** What the guest writes comes out at the far end. */
	FROM_GUEST,
	/** What the far end says reaches the guest. */
	TO_GUEST,
	/** A far end that does not read makes the guest wait. Not so for a file, whose disk takes everything. */
	GUEST_WAITS,
	/**
	 * A guest that does not read makes the far end wait. Not so if something in between, a broker, takes everything.
	 */
	FAR_END_WAITS,
	/** The far end may leave and come again while the port is plugged; bytes that were under way may be lost then. */
	FAR_END_RETURNS,
	/**
	 * The far end outlives an update of the port's bundle, and no byte is lost: the kind hands its descriptor over with
	 * {@link bus.api.GuestPort#attach(int, String)} or {@link bus.api.GuestPort#keep}.
	 */
	OUTLIVES_UPDATES,
	/**
	 * The kind is marked {@link bus.api.Console}: it may lose what comes too fast, and must never keep the guest
	 * waiting.
	 */
	CONSOLE
}
