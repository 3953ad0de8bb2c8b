package bus.api;

/**
 * A port at one moment, for listings.
 *
 * @param bus the bus that the port is on, or was meant for
 * @param label what the operator calls the port
 * @param type the port type
 * @param id the port number; negative if none was assigned
 * @param name the name that the guest sees; empty if none
 * @param console whether the port is a console
 * @param state where the port stands
 * @param guestOpen whether the guest has it open
 * @param hostOpen whether its host side is open
 * @param throttled whether the guest waits because the host side takes no more
 * @param traffic byte counters
 * @param problem why the port is not plugged or not usable, with the remedy; empty if all is well
 */
public record PortInfo(String bus, String label, String type, int id, String name, boolean console, State state,
		boolean guestOpen, boolean hostOpen, boolean throttled, Traffic traffic, String problem) {

	/** Where a port stands. */
	public enum State {
		/** On the bus. */
		PLUGGED,
		/** On the bus; the operator has closed its host side, see {@link SerialBus#close}. */
		SHUT,
		/** On the bus, closed and without a host side while that is being replaced, see {@link SerialBus#hold}. */
		HELD,
		/** Named a bus that does not exist (yet); plugged as soon as it does. */
		WAITING,
		/** Not plugged: its configuration or the bus forbids it. */
		REFUSED,
		/** Was plugged; closed because its code failed. */
		FAILED
	}

	/**
	 * Bytes since the port was plugged.
	 *
	 * @param fromGuest written by the guest and taken by the host side
	 * @param toGuest put into the guest's buffers
	 * @param lost written by the guest and discarded, because the host side was closed or a console did not keep up
	 */
	public record Traffic(long fromGuest, long toGuest, long lost) {

		/** Of a port that never moved a byte. */
		public static final Traffic NONE = new Traffic(0, 0, 0);
	}

	/**
	 * A port that is not on the bus.
	 *
	 * @param bus the bus that it was meant for
	 * @param request what was asked for
	 * @param state where it stands instead
	 * @param problem the reason, with the remedy
	 * @return a port that is closed on both sides and has moved nothing
	 */
	public static PortInfo absent(String bus, PortRequest request, State state, String problem) {
		return new PortInfo(bus, request.label(), request.type(), request.id(), request.name(), request.console(),
				state, false, false, false, Traffic.NONE, problem);
	}
}
