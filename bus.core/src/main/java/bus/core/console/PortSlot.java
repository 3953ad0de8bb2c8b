package bus.core.console;

import java.util.HashSet;
import java.util.Set;

import bus.api.HostPort;
import bus.api.PortInfo;
import bus.api.PortRequest;

/** All that a bus knows of one plugged port. Loop thread. */
final class PortSlot {
	final int id;
	final PortRequest request;
	final HostPort port;

	/** The port's {@link HostPort#plugged} has returned: the guest may hear of it. */
	boolean announced;
	/** The driver said PORT_READY: it may be sent the port's name and state. */
	boolean driverReady;
	/** Also read by other threads, for {@link bus.api.GuestPort#guestOpen}. */
	volatile boolean guestOpen;
	boolean hostOpen;
	/** The host side takes no more until it says so, or until its descriptor is writable. */
	boolean throttled;
	/** The host side may have bytes for the guest. */
	boolean readable;
	volatile boolean unplugged;
	/** Moves the bytes instead of the port's own calls; null if there is none. */
	HostDescriptor descriptor;
	/** Descriptors that stay the port's own and are watched for it. */
	final Set<Integer> watched = new HashSet<>();
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
		return new PortInfo(bus, request.label(), request.type(), id, request.name(), request.console(),
				fault == null ? PortInfo.State.PLUGGED : PortInfo.State.FAILED, guestOpen, hostOpen, throttled,
				new PortInfo.Traffic(fromGuest, toGuest, lost), fault == null ? problem : fault);
	}
}
