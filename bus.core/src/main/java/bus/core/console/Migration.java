package bus.core.console;

import java.util.ArrayList;
import java.util.List;

import bus.core.virtio.Virtqueue;

/**
 * Takes the state of a device whose driver stands still, and makes a device go on from one. The numbers are those of the
 * statements about QEMU's bus. Loop thread.
 */
final class Migration {
	private final ConsoleDevice device;
	private final PortTable ports;
	private final Queues queues;
	private final ControlChannel control;
	private final DriverTalk talk;
	/** Ports that are to hear at the driver's next start what it thinks of them; null if nothing was loaded for it. */
	private List<PortSlot> loaded;
	/** The state was found, not given: the driver it tells of may be gone. */
	private boolean found;
	/** Null if nobody takes notes. */
	private Recorder recorder;
	/** There is something that the recorder has not heard of. */
	private boolean unrecorded;

	Migration(ConsoleDevice device, PortTable ports, Queues queues, ControlChannel control, DriverTalk talk) {
		this.device = device;
		this.ports = ports;
		this.queues = queues;
		this.control = control;
		this.talk = talk;
	}

	/** Changes nothing: the device goes on as if it had not been asked (73). */
	DeviceState save() throws StateRefusedException {
		checkStopped();
		return state(queues.begun());
	}

	/** Has notes taken; null: no longer. */
	void record(Recorder newRecorder) {
		note(); // what was learned while no queue had a turn
		recorder = newRecorder;
		changed();
	}

	/** Driver or device has learned something of the other. */
	void changed() {
		unrecorded = true;
	}

	/** A turn has ended: what was learned in it is noted. */
	void note() {
		if (recorder == null || !unrecorded)
			return;
		unrecorded = false;
		recorder.known(state(List.of()));
	}

	/** What driver and device know of each other, with such queues as are within a chain. */
	private DeviceState state(List<DeviceState.Begun> begun) {
		var plugged = new ArrayList<DeviceState.Port>();
		for (var slot : ports.announced())
			plugged.add(new DeviceState.Port(slot.id, slot.request.console(), slot.driverReady, slot.guestOpen,
					slot.hostOpen, slot.columns, slot.rows));
		return new DeviceState(device.features(), device.usablePorts(), talk.isDeviceReady(), plugged, begun, control.kept());
	}

	/** Looks at all of it before anything changes. */
	private void check(DeviceState state) throws StateRefusedException {
		long features = device.features();
		checkStopped();
		long unknown = state.features() & ~device.offeredFeatures();
		if (unknown != 0)
			throw new StateRefusedException("features=0x" + Long.toHexString(state.features()) + " of the state, not"
					+ " offered here: 0x" + Long.toHexString(unknown) + "; configure both buses alike");
		if (features != 0 && ((features ^ state.features()) & ConsoleDevice.F_MULTIPORT) != 0)
			throw new StateRefusedException("features=0x" + Long.toHexString(state.features()) + " of the state,"
					+ " negotiated here: 0x" + Long.toHexString(features) + "; only one of them has MULTIPORT");
		if (state.maxPorts() > ports.maxPorts())
			throw new StateRefusedException("max_nr_ports=" + state.maxPorts() + " of the state, ports="
					+ ports.maxPorts() + " here; configure ports=" + state.maxPorts());
		checkMap(state);
	}

	private void checkStopped() throws StateRefusedException {
		if (queues.isAnyStarted())
			throw new StateRefusedException("queues run; stop all of them first");
	}

	/** The same ports under the same numbers (68), and each of the same kind; names do not matter (69). */
	private void checkMap(DeviceState state) throws StateRefusedException {
		for (var port : state.ports()) {
			var slot = ports.get(port.id());
			if (slot == null || !slot.announced)
				throw new StateRefusedException("port " + port.id() + " of the state is not plugged here; plug the"
						+ " ports that the other bus has");
			if (slot.request.console() != port.console())
				throw new StateRefusedException("port " + port.id() + " of the state is "
						+ (port.console() ? "a console" : "no console") + ", and here " + slot.request.label() + " is "
						+ (port.console() ? "none" : "one") + "; the guest knows it as what it was");
		}
		for (var slot : ports.announced())
			if (state.ports().stream().noneMatch(port -> port.id() == slot.id))
				throw new StateRefusedException(slot.describe() + " is plugged here and not in the state; unplug it,"
						+ " and plug it again when the guest runs");
	}

	/**
	 * Puts a state in the place of what the device knew of its driver.
	 *
	 * @param isFound whether the driver may be another one by now; its queues will tell
	 */
	void load(DeviceState state, boolean isFound) throws StateRefusedException {
		check(state);
		if (device.features() == 0) // the front-end has not said; what the ports do meanwhile is for a driver with these
			device.features(state.features());
		device.usePorts(state.maxPorts());
		found = isFound;
		changed();
		queues.begin(state.begun());
		if (!isFound) // found on the connection that goes on, it is the same driver's
			queues.forgetCondemned();
		control.restore(state.messages());
		talk.restore(state.deviceReady());
		loaded = new ArrayList<>();
		for (var port : state.ports())
			load(port, ports.get(port.id()));
	}

	private void load(DeviceState.Port port, PortSlot slot) {
		loaded.add(slot);
		slot.driverReady = port.driverReady();
		slot.guestOpen = port.guestOpen();
		slot.throttled = false; // 71, 72: whoever throttled it was another host side
		if (slot.hostOpen != port.hostOpen())
			device.tell(slot, ControlEvent.PORT_OPEN, slot.hostOpen ? 1 : 0); // 70
		if (slot.columns >= 0)
			device.resize(slot, slot.columns, slot.rows);
		else if (port.columns() >= 0)
			device.adoptSize(slot, port.columns(), port.rows());
	}

	/** Whether the driver that starts is the one that was loaded; if it was given, then wherever its queue stands. */
	boolean goesOn(Virtqueue deciding) {
		return loaded != null && !(found && deciding.isFresh());
	}

	/** The driver goes on: the ports that are still there hear what it thinks of them, changed or not (70). */
	void started(PortState state) {
		var slots = loaded;
		loaded = null;
		for (var slot : slots)
			state.guestOpened(slot, slot.guestOpen);
	}

	/** Another driver comes. */
	void forget() {
		loaded = null;
		changed();
	}
}
