package bus.core.console;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import bus.api.HostPort;
import bus.api.PortInfo;
import bus.api.PortRequest;

/** All that a bus knows of one plugged port. Loop thread. */
final class PortSlot {
	final int id;
	final PortRequest request;
	/** Null while the slot is held and nobody has come. */
	final HostPort port;

	/** The port's {@link HostPort#plugged} has returned: the guest may hear of it. */
	boolean announced;
	/** The driver said PORT_READY: it may be sent the port's name and state. */
	boolean driverReady;
	/** Also read by other threads, for {@link bus.api.GuestPort#guestOpen}. */
	volatile boolean guestOpen;
	/** The host side is open, and the guest has been told so: the port wants it, and nothing below forbids it. */
	boolean hostOpen;
	/** The port wants its host side open. */
	boolean opened;
	/** The operator has closed the host side. */
	boolean shut;
	/** The port was taken off and another instance is to come: its data wait in the ring meanwhile. */
	boolean held;
	/** The host side takes no more until it says so, or until its descriptor is writable. */
	boolean throttled;
	/** The host side may have bytes for the guest. */
	boolean readable;
	/** The guest has got bytes since its own last had their turn: whoever wrote those may have waited for these. */
	boolean answered;
	/** It fills many buffers at a time, so that the next read is offered many. */
	boolean flowing;
	volatile boolean unplugged;
	/** Moves the bytes instead of the port's own calls; null if there is none. */
	HostDescriptor descriptor;
	/** Descriptors that stay the port's own and are watched for it. */
	final Set<Integer> watched = new HashSet<>();
	/** Descriptors that the last instance left for the next; taken by the thread that plugs that. */
	final Map<String, Integer> kept = new ConcurrentHashMap<>();
	/** The slot that has taken this one's place; null if none has. */
	PortSlot successor;
	/** Of the console's terminal; columns are negative as long as nobody said. */
	int columns = -1;
	int rows;
	/** Why the port was closed for good; null while it works. */
	String fault;
	long fromGuest;
	long toGuest;
	long lost;

	PortSlot(int id, PortRequest request, HostPort port) {
		this.id = id;
		this.request = request;
		this.port = port;
	}

	/** The same port to the guest, held: for another instance, or, if null, for one that is to come. */
	PortSlot succeed(HostPort next) {
		var slot = new PortSlot(id, request, next);
		slot.kept.putAll(kept);
		kept.clear();
		slot.held = true;
		slot.announced = true;
		slot.driverReady = driverReady;
		slot.guestOpen = guestOpen;
		slot.shut = shut;
		slot.columns = columns;
		slot.rows = rows;
		slot.fromGuest = fromGuest;
		slot.toGuest = toGuest;
		slot.lost = lost;
		successor = slot;
		return slot;
	}

	int receiveq() {
		return id == 0 ? 0 : 2 * id + 2;
	}

	int transmitq() {
		return id == 0 ? 1 : 2 * id + 3;
	}

	/** The port whose queue it is; -1 for the control queues. */
	static int portOf(int queue) {
		if (queue < 2)
			return 0;
		return queue < 4 ? -1 : queue / 2 - 1;
	}

	String describe() {
		return "port " + id + " (" + request.label() + ")";
	}

	PortInfo info(String bus, String problem) {
		return new PortInfo(bus, request.label(), request.type(), id, request.name(), request.console(), state(), guestOpen,
				hostOpen, throttled, new PortInfo.Traffic(fromGuest, toGuest, lost), fault == null ? problem : fault);
	}

	private PortInfo.State state() {
		if (fault != null)
			return PortInfo.State.FAILED;
		if (held)
			return PortInfo.State.HELD;
		return shut ? PortInfo.State.SHUT : PortInfo.State.PLUGGED;
	}
}
