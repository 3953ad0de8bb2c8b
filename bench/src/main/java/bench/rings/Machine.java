package bench.rings;

import bus.api.BusInfo;
import bus.api.HostPort;
import bus.api.PortRefusedException;
import bus.api.PortRequest;
import bus.core.console.ConsoleBus;
import bus.core.console.ConsoleDevice;
import bus.core.console.DeviceSettings;
import bus.core.console.Loop;
import bus.core.console.PortNames;
import bus.core.console.Transport;
import bus.core.virtio.Feature;
import bus.linux.LinuxException;

/**
 * A guest with one open port, whose data queue is to be measured, and vport's device behind it. The plugging is done by the
 * thread that makes it; everything else is the loop's.
 */
final class Machine implements AutoCloseable {
	/** The port's number. */
	static final int PORT = 1;
	private static final int PORTS = 31;
	private static final int CONTROL_TRANSMITQ = 3;
	/** Control messages of section 5.3.6.2. */
	private static final int DEVICE_READY = 0;
	private static final int PORT_READY = 3;
	private static final int PORT_OPEN = 6;

	final Ring control;
	final Ring data;
	final ConsoleDevice device;
	private final ConsoleBus bus;
	private final int queue;

	Machine(Shape shape, Loop loop, Transport transport) throws LinuxException {
		control = new Ring(new Shape(shape.packed(), 1, false, shape.regions(), false, 64));
		data = new Ring(shape, control);
		device = new ConsoleDevice("bench",
				new DeviceSettings(PORTS, shape.features() & ~Feature.VERSION_1, DeviceSettings.ResizeOrder.SPEC, false),
				new PortNames(), loop, transport);
		bus = new ConsoleBus("bench", "bench", device, loop, () -> new BusInfo("bench", "bench", "", BusInfo.State.RUNNING,
				PORTS, PORTS, 0, 0, ""));
		queue = 2 * PORT + 2 + (shape.writable() ? 0 : 1);
	}

	/** Any thread but the loop's. */
	void plug(HostPort port) throws PortRefusedException {
		bus.plug(new PortRequest("bench", "bench", "bench", PORT, false), port);
	}

	/** The driver starts, and a process in the guest opens the port. What the device does then takes a turn of its loop's. */
	void boot() {
		device.features(data.shape.features() | ConsoleDevice.F_MULTIPORT);
		device.start(CONTROL_TRANSMITQ, control.open());
		Native.offerControl(control.bench, -1, DEVICE_READY, 1);
		Native.offerControl(control.bench, PORT, PORT_READY, 1);
		Native.offerControl(control.bench, PORT, PORT_OPEN, 1);
		kickControl();
		begin();
	}

	/** The data queue begins anew where the driver stands. */
	void begin() {
		device.stop(queue);
		device.start(queue, data.open());
	}

	/** The control channel's transmitq does, for a driver that goes on. */
	void beginControl() {
		device.stop(CONTROL_TRANSMITQ);
		device.start(CONTROL_TRANSMITQ, control.open());
	}

	void kick() {
		device.kick(queue);
	}

	void kickControl() {
		device.kick(CONTROL_TRANSMITQ);
	}

	/** The driver sends a PORT_OPEN. */
	void sendOpen(int value) {
		Native.offerControl(control.bench, PORT, PORT_OPEN, value);
	}

	@Override
	public void close() {
		device.close();
		data.close();
		control.close();
	}
}
