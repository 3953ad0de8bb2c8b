package bus.core.console;

import java.lang.foreign.Arena;
import java.util.List;

import bus.api.HostPort;
import bus.api.PortInfo;
import bus.api.PortRefusedException;
import bus.api.PortRequest;
import bus.core.console.DeviceSettings.ResizeOrder;
import bus.core.virtio.ChainBatch;
import bus.core.virtio.Feature;
import bus.core.virtio.RingPosition;
import bus.core.virtio.Virtqueue;

/**
 * The device that one guest sees: routes queues to ports, and what the transport learns to whom it concerns. Every method
 * is called by the loop thread.
 *
 * <p>Queues are numbered as in section 5.3.2: 0 and 1 are receiveq and transmitq of port 0, 2 and 3 those of the control
 * channel, 2i+2 and 2i+3 those of port i.
 */
public final class ConsoleDevice {
	/** Device-type features, section 5.3.3. */
	public static final long F_SIZE = 1;
	public static final long F_MULTIPORT = 2;
	public static final long F_EMERG_WRITE = 4;

	/** Buffers of a control message, which has 8 bytes from the driver. */
	static final int CONTROL_SEGMENTS = 16;

	private static final System.Logger LOG = System.getLogger("bus.core");

	private final String bus;
	private final DeviceSettings settings;
	private final Transport transport;
	private final Arena arena = Arena.ofShared();
	private final ChainBatch controlBatch = new ChainBatch(arena, CONTROL_SEGMENTS);
	private final PortTable ports;
	private final PortState state;
	private final ConfigSpace config = new ConfigSpace();
	private final ControlChannel control;
	private final DriverTalk talk;
	private final GuestToHost transmit;
	private final HostToGuest receive;
	private final GuestLog log;
	private final Queues queues;
	private int usablePorts;
	private long features;
	private boolean running;

	/**
	 * @param bus its name, for messages
	 * @param names of the virtual machine's ports, on this and on its other buses
	 */
	public ConsoleDevice(String bus, DeviceSettings settings, PortNames names, Loop loop, Transport transport) {
		this.bus = bus;
		this.settings = settings;
		this.transport = transport;
		this.ports = new PortTable(bus, settings.ports(), names);
		this.state = new PortState(bus, this, loop);
		this.log = new GuestLog(bus);
		this.control = new ControlChannel(bus, log, controlBatch, arena.allocate(64, 8));
		this.talk = new DriverTalk(this, settings, ports, state, log);
		this.transmit = new GuestToHost(state.calls(), state);
		this.receive = new HostToGuest(state.calls(), state);
		this.queues = new Queues(bus, queueCount(), loop, transport, log, this::serve);
		usePorts(settings.ports());
	}

	// ---- what the transport asks and tells

	/** Queues that all configured ports need. */
	public int queueCount() {
		return 2 * (ports.maxPorts() + 1);
	}

	public long offeredFeatures() {
		return settings.offeredFeatures();
	}

	public void features(long negotiated) {
		features = negotiated;
	}

	/** The monitor gave fewer queues than all ports need: the ports beyond are not shown to the guest. */
	public void usePorts(int usable) {
		usablePorts = Math.clamp(usable, 1, ports.maxPorts());
		config.ports(usablePorts);
	}

	public int usablePorts() {
		return usablePorts;
	}

	/** Fills {@code target} from the configuration space. */
	public void readConfig(int offset, byte[] target) {
		config.read(offset, target);
	}

	/** The guest wrote to the configuration space; works in any state of the device. */
	public void writeConfig(int offset, byte[] source) {
		int character = config.emergencyByte(offset, source);
		if (character < 0)
			return;
		for (var slot : ports.plugOrder())
			if (slot.request.console() && slot.announced && slot.hostOpen) {
				state.calls().run(slot, "emergency", () -> slot.port.emergency((byte) character));
				return;
			}
	}

	/** A queue is set up, enabled, and its driver runs. */
	public void start(int queue, Virtqueue ring) {
		if (queue >= queues.count())
			return; // the monitor has more queues than this bus has ports
		queues.start(queue, ring);
		if (queue == decidingQueue())
			driverStarts(ring);
	}

	/** Where a queue stands that runs; null if it does not. */
	public RingPosition position(int queue) {
		return queue < queues.count() ? queues.position(queue) : null;
	}

	/** The memory behind a queue that runs has changed; its driver does not notice. */
	public void replace(int queue, Virtqueue ring) {
		if (queue < queues.count())
			queues.replace(queue, ring);
	}

	/** A queue must not be touched any more; answers where it stood, or null if it was not started. */
	public RingPosition stop(int queue) {
		var position = queue < queues.count() ? queues.stop(queue) : null;
		if (position != null && queue == decidingQueue() && running)
			driverStops();
		return position;
	}

	/** The connection to the monitor ended: there is no driver. All queues are stopped. */
	public void disconnect() {
		if (running)
			driverStops();
		forgetDriver();
		queues.forgetBroken();
		log.reset();
		features = 0;
		config.forgetWrites();
		usePorts(ports.maxPorts());
	}

	/** The driver kicked a queue. */
	public void kick(int queue) {
		if (queue < queues.count())
			queues.kick(queue);
	}

	/**
	 * Serves each waiting queue once.
	 *
	 * @return whether queues wait again
	 */
	public boolean turn(Scratch scratch) {
		return queues.turn(scratch);
	}

	/** Whether a queue stopped because its driver broke a rule. */
	public boolean isBroken() {
		return queues.isBroken();
	}

	/** Whether a driver runs. */
	public boolean isRunning() {
		return running;
	}

	// ---- drivers come and go

	/** The queue that a driver uses first, and that tells a fresh driver from one that goes on after a pause. */
	private int decidingQueue() {
		return isMultiport() ? ControlChannel.TRANSMITQ : 1;
	}

	boolean isMultiport() {
		return Feature.has(features, F_MULTIPORT);
	}

	private void driverStarts(Virtqueue ring) {
		if (ring.isFresh())
			forgetDriver();
		running = true;
		if (!isMultiport() && ports.get(0) != null)
			ports.get(0).guestOpen = true; // section 5.3.5: port 0 is simply there
		for (var slot : announced())
			state.calls().run(slot, "running", () -> slot.port.running(true));
		queues.kickAll();
	}

	private void driverStops() {
		running = false;
		for (var slot : announced())
			state.calls().run(slot, "running", () -> slot.port.running(false));
	}

	private void forgetDriver() {
		control.clear();
		talk.forgetDriver();
		queues.forgetOffsets();
		for (var slot : announced())
			if (slot.guestOpen)
				state.guestOpened(slot, false);
	}

	/** The ports that may be called: one that is still being plugged is with another thread. A copy, as calls may unplug. */
	private List<PortSlot> announced() {
		return ports.plugOrder().stream().filter(slot -> slot.announced).toList();
	}

	// ---- the queues' turns

	/** A queue's turn, or none while no driver runs: what it has to do then waits for {@link #driverStarts}. */
	private boolean serve(int queue, Virtqueue ring, Scratch scratch) {
		if (!running)
			return false;
		return switch (queue) {
			case ControlChannel.RECEIVEQ -> control.flush(ring);
			case ControlChannel.TRANSMITQ -> control.drain(ring, talk);
			default -> serveData(queue, ring, scratch);
		};
	}

	private boolean serveData(int queue, Virtqueue ring, Scratch scratch) {
		if (!isMultiport() && queue > 1)
			return false;
		var slot = ports.get(PortSlot.portOf(queue));
		if (slot != null && !slot.announced)
			slot = null;
		return queue % 2 == 0 ? receive.turn(ring, slot, scratch) : transmit.turn(ring, slot, scratch);
	}

	// ---- what ports need of the device

	PortState state() {
		return state;
	}

	String bus() {
		return bus;
	}

	boolean isUsable(int id) {
		return id < usablePorts;
	}

	/** Gives both queues of a port a turn. */
	void serve(PortSlot slot) {
		kick(slot.receiveq());
		kick(slot.transmitq());
	}

	/** What the guest has written to a port by now is for nobody any more. */
	void discardOffered(PortSlot slot) {
		queues.discardOffered(slot.transmitq());
	}

	/** Sends a control message about a port that the driver knows. */
	void tell(PortSlot slot, ControlEvent event, int value, byte... tail) {
		if (slot.driverReady)
			tell(slot.id, event, value, tail);
	}

	void tell(int id, ControlEvent event, int value, byte... tail) {
		if (!isMultiport())
			return;
		control.send(id, event, value, tail);
		kick(ControlChannel.RECEIVEQ);
	}

	void resize(PortSlot slot, int columns, int rows) {
		slot.columns = columns;
		slot.rows = rows;
		talk.tellSize(slot);
		if (slot.id == 0 && settings.resizeOrder() != ResizeOrder.OFF) {
			config.size(columns, rows);
			if (!isMultiport()) // a multiport driver has had its RESIZE, and QEMU 11.1 dies of a change told at its wrong moment
				transport.configChanged();
		}
	}

	// ---- plugging

	/** Takes a slot; the guest does not hear of it yet. */
	PortSlot reserve(PortRequest request, HostPort port) throws PortRefusedException {
		return ports.reserve(request, port);
	}

	/** The port works: the guest hears of it. */
	void announce(PortSlot slot) {
		slot.announced = true;
		if (!isUsable(slot.id))
			LOG.log(System.Logger.Level.WARNING, "bus {0}: {1}", bus, needsQueues(slot.id));
		if (running && !isMultiport() && slot.id == 0)
			slot.guestOpen = true;
		talk.announce(slot);
		serve(slot);
	}

	/** Frees the slot of a port that did not come to life, or that goes. */
	void release(PortSlot slot) {
		state.retire(slot);
		ports.release(slot);
		if (slot.announced) {
			discardOffered(slot); // the slot's next port is not to find it
			talk.withdraw(slot);
		}
	}

	PortSlot find(HostPort port) {
		for (var slot : ports.plugOrder())
			if (slot.port == port)
				return slot;
		return null;
	}

	List<PortSlot> plugged() {
		return List.copyOf(ports.plugOrder());
	}

	PortInfo info(PortSlot slot) {
		return slot.info(bus, problem(slot.id));
	}

	private String problem(int id) {
		if (!isUsable(id))
			return needsQueues(id);
		if (id > 0 && running && !isMultiport())
			return "port " + id + " is out of the guest's reach: the virtual machine did not take MULTIPORT, so there"
					+ " is port 0 alone; give it id=0, or use a monitor that lets the feature through";
		return "";
	}

	private String needsQueues(int id) {
		return "port " + id + " is beyond the queues that the virtual machine gave; it needs num_vqs="
				+ 2 * (id + 2);
	}

	/** Frees native memory. No other call may follow. */
	public void close() {
		arena.close();
	}
}
