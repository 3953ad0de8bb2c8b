package bus.core.console;

import java.util.List;
import java.util.stream.Collectors;

import bus.api.BusEvent.Kind;
import bus.api.HostPort;
import bus.api.PortInfo;
import bus.api.PortRefusedException;
import bus.api.PortRequest;

/** Brings ports to a device and takes them off again, and says what is the matter with them. Loop thread. */
final class Plugging {
	private static final System.Logger LOG = System.getLogger("bus.core");

	private final ConsoleDevice device;
	private final PortTable ports;
	private final PortState state;
	private final DriverTalk talk;

	Plugging(ConsoleDevice device, PortTable ports, PortState state, DriverTalk talk) {
		this.device = device;
		this.ports = ports;
		this.state = state;
		this.talk = talk;
	}

	/** Takes a slot; the guest does not hear of it yet. */
	PortSlot reserve(PortRequest request, HostPort port) throws PortRefusedException {
		return ports.reserve(request, port);
	}

	/** The port works: the guest hears of it. */
	void announce(PortSlot slot) {
		if (slot.held) {
			state.resume(slot, device.isRunning());
			device.trace().port(slot, Kind.PLUGGED);
			device.serve(slot);
			return;
		}
		slot.announced = true;
		device.trace().port(slot, Kind.PLUGGED);
		device.portsChanged();
		if (!device.isUsable(slot.id))
			LOG.log(System.Logger.Level.WARNING, "bus {0}: {1}", device.bus(), needsQueues(slot.id));
		if (device.isRunning() && !device.isMultiport() && slot.id == 0)
			slot.guestOpen = true;
		talk.announce(slot);
		device.serve(slot);
	}

	/** Keeps the slot of a port that goes, for its next instance. */
	void hold(PortSlot slot) {
		device.trace().port(slot, Kind.HELD);
		ports.replace(slot, state.hold(slot));
		device.portsChanged();
	}

	/** Frees the slot of a port that did not come to life, or that goes. */
	void release(PortSlot slot) {
		if (slot.held && slot.port != null) { // what was to be the next instance did not come to life
			var next = slot.succeed(null);
			state.retire(slot);
			ports.replace(slot, next);
			return;
		}
		state.retire(slot);
		ports.release(slot);
		if (slot.announced) {
			device.trace().port(slot, Kind.UNPLUGGED);
			device.portsChanged();
			device.discardOffered(slot); // the slot's next port is not to find it
			talk.withdraw(slot);
		}
	}

	/** The slot of a port that the guest may hear of and that is not still being plugged; null if it has none. */
	PortSlot find(HostPort port) {
		for (var slot : ports.plugOrder())
			if (slot.port == port && slot.announced && !slot.held)
				return slot;
		return null;
	}

	/** The slot that is held for a request; null if none is. */
	PortSlot findHeld(PortRequest request) {
		return ports.held(request);
	}

	/** The operator closes a port's host side, or lets the port have it open again. */
	void shut(int id, boolean shut) {
		var slot = ports.get(id);
		if (slot == null || !slot.announced)
			throw new IllegalArgumentException("id=" + id + ": no such port on bus " + device.bus() + "; ports: "
					+ ports.announced().stream().map(port -> String.valueOf(port.id)).collect(Collectors.joining(", ")));
		state.shut(slot, shut);
	}

	/** Those that the guest may hear of. */
	List<PortSlot> announced() {
		return ports.announced();
	}

	List<PortSlot> plugged() {
		return List.copyOf(ports.plugOrder());
	}

	PortInfo info(PortSlot slot) {
		return slot.info(device.bus(), problem(slot));
	}

	private String problem(PortSlot slot) {
		if (slot.held)
			return "its host side is being replaced; the guest keeps the port, closed, until the new one comes";
		int id = slot.id;
		if (!device.isUsable(id))
			return needsQueues(id);
		if (id > 0 && device.isRunning() && !device.isMultiport())
			return "port " + id + " is out of the guest's reach: the virtual machine did not take MULTIPORT, so there"
					+ " is port 0 alone; give it id=0, or use a monitor that lets the feature through";
		return "";
	}

	private static String needsQueues(int id) {
		return "port " + id + " is beyond the queues that the virtual machine gave; it needs num_vqs=" + 2 * (id + 2);
	}
}
