package bus.core.console;

import java.util.List;

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

	/** Frees the slot of a port that did not come to life, or that goes. */
	void release(PortSlot slot) {
		state.retire(slot);
		ports.release(slot);
		if (slot.announced) {
			device.trace().port(slot, Kind.UNPLUGGED);
			device.portsChanged();
			device.discardOffered(slot); // the slot's next port is not to find it
			talk.withdraw(slot);
		}
	}

	PortSlot find(HostPort port) {
		for (var slot : ports.plugOrder())
			if (slot.port == port)
				return slot;
		return null;
	}

	/** Those that the guest may hear of. */
	List<PortSlot> announced() {
		return ports.announced();
	}

	List<PortSlot> plugged() {
		return List.copyOf(ports.plugOrder());
	}

	PortInfo info(PortSlot slot) {
		return slot.info(device.bus(), problem(slot.id));
	}

	private String problem(int id) {
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
