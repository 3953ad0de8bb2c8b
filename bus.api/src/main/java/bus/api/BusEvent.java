package bus.api;

import java.time.Instant;
import java.util.Objects;

/**
 * Something that happened on a bus, for those who {@linkplain SerialBus#trace trace} it.
 *
 * @param time when
 * @param bus the bus's name
 * @param port the port's number; negative if it is about the device
 * @param label what the operator calls the port; empty if there is no such port
 * @param kind what happened
 * @param detail the control message, or the reason of a fault; empty if the kind says all
 */
public record BusEvent(Instant time, String bus, int port, String label, Kind kind, String detail) {

	/** What can happen. */
	public enum Kind {
		/** A control message for the guest's driver; it is kept until the driver has a buffer for it. */
		TO_GUEST,
		/** A control message from the guest's driver. */
		FROM_GUEST,
		/** The port is on the bus, or back on it after it was held. */
		PLUGGED,
		/** The port's place is kept while the port is being replaced, see {@link SerialBus#hold}. */
		HELD,
		/** The port is off the bus. */
		UNPLUGGED,
		/** The port's host side can take bytes. */
		HOST_OPENED,
		/** The port's host side takes no more bytes. */
		HOST_CLOSED,
		/** A process in the guest opened the port, or said so again. */
		GUEST_OPENED,
		/** The guest closed the port, or its driver went away. */
		GUEST_CLOSED,
		/** The port's code failed, and the port was closed. */
		FAULT
	}

	public BusEvent {
		Objects.requireNonNull(time, "time");
		Objects.requireNonNull(bus, "bus");
		Objects.requireNonNull(label, "label");
		Objects.requireNonNull(kind, "kind");
		Objects.requireNonNull(detail, "detail");
	}
}
