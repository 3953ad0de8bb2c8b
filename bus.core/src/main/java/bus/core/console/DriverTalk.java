package bus.core.console;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import bus.api.HostPort;

/**
 * What the driver says on the control queue and what it is answered: the handshake of section 5.3.6.2, in the order that
 * QEMU's bus has it. Loop thread.
 */
final class DriverTalk implements ControlChannel.Receiver {

	private final ConsoleDevice device;
	private final DeviceSettings settings;
	private final PortTable ports;
	private final PortState state;
	private final GuestLog log;
	private boolean deviceReady;

	DriverTalk(ConsoleDevice device, DeviceSettings settings, PortTable ports, PortState state, GuestLog log) {
		this.device = device;
		this.settings = settings;
		this.ports = ports;
		this.state = state;
		this.log = log;
	}

	/** A driver begins, or there is none any more: it knows nothing of any port. */
	void forgetDriver() {
		deviceReady = false;
		for (var slot : ports.plugOrder())
			slot.driverReady = false;
	}

	/** Whether the driver is told of ports that come and go. */
	boolean isDeviceReady() {
		return deviceReady;
	}

	/** A driver goes on that said so, or did not, to another device; of its ports nothing is known yet. */
	void restore(boolean ready) {
		forgetDriver();
		deviceReady = ready;
	}

	@Override
	public void control(ControlMessage message) {
		device.trace().fromGuest(message);
		var event = ControlEvent.of(message.event());
		if (event == ControlEvent.DEVICE_READY) {
			deviceReady(message.value() != 0);
			return;
		}
		var slot = ports.get(message.id());
		if (slot == null || !slot.announced) {
			complain("virtio-serial-bus: Unexpected port id " + Integer.toUnsignedString(message.id()) + " for device "
					+ device.bus());
			return;
		}
		if (event == ControlEvent.PORT_READY)
			portReady(slot, message.value() != 0);
		else if (event == ControlEvent.PORT_OPEN)
			state.guestOpened(slot, message.value() != 0);
		state.calls().deliver(); // before the next turn may bring the port data
	}

	private void deviceReady(boolean ready) {
		if (!ready) {
			complain("virtio-serial-bus: Guest failure in adding device " + device.bus());
			return;
		}
		deviceReady = true;
		for (var slot : ports.plugOrder())
			announce(slot);
	}

	/** Tells the driver of a port, if there is a driver and it has queues for it. */
	void announce(PortSlot slot) {
		if (deviceReady && slot.announced && device.isUsable(slot.id))
			device.tell(slot.id, ControlEvent.PORT_ADD, 1);
	}

	/** Tells the driver that a port is gone. */
	void withdraw(PortSlot slot) {
		if (deviceReady && device.isUsable(slot.id))
			device.tell(slot.id, ControlEvent.PORT_REMOVE, 1);
	}

	private void portReady(PortSlot slot, boolean ready) {
		if (!ready) {
			complain("virtio-serial-bus: Guest failure in adding port " + slot.id + " for device " + device.bus());
			return;
		}
		// a driver that wakes from suspend repeats its PORT_READY and sends no DEVICE_READY
		deviceReady = true;
		slot.driverReady = true;
		if (slot.request.console())
			device.tell(slot, ControlEvent.CONSOLE_PORT, 1);
		tellSize(slot);
		if (!slot.request.name().isEmpty())
			device.tell(slot, ControlEvent.PORT_NAME, 1, name(slot));
		if (slot.hostOpen)
			device.tell(slot, ControlEvent.PORT_OPEN, 1);
		state.calls().tell(slot, "guestReady", HostPort::guestReady);
	}

	/** Tells the driver a console's size, if it knows the port and somebody has said what the size is. */
	void tellSize(PortSlot slot) {
		if (slot.columns < 0)
			return;
		switch (settings.resizeOrder()) {
			case SPEC -> device.tell(slot, ControlEvent.RESIZE, 0, ControlMessage.pair(slot.columns, slot.rows));
			case LEGACY -> device.tell(slot, ControlEvent.RESIZE, 0, ControlMessage.pair(slot.rows, slot.columns));
			case OFF -> {
			}
		}
	}

	private byte[] name(PortSlot slot) {
		var name = slot.request.name().getBytes(StandardCharsets.UTF_8);
		return settings.nulNames() ? Arrays.copyOf(name, name.length + 1) : name;
	}

	private void complain(String text) {
		log.log(System.Logger.Level.WARNING, text);
	}
}
