package bus.core.console;

import java.lang.foreign.Arena;
import java.util.List;

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

	private final String bus;
	private final DeviceSettings settings;
	private final Transport transport;
	private final Arena arena = Arena.ofShared();
	private final ChainBatch controlBatch = new ChainBatch(arena, CONTROL_SEGMENTS);
	private final PortTable ports;
	private final Trace trace;
	private final PortState state;
	private final ConfigSpace config = new ConfigSpace();
	private final ControlChannel control;
	private final DriverTalk talk;
	private final GuestToHost transmit;
	private final HostToGuest receive;
	private final GuestLog log;
	private final Queues queues;
	private final Migration migration;
	private final Plugging plugging;
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
		this.trace = new Trace(bus, ports);
		this.state = new PortState(bus, this, loop);
		this.log = new GuestLog(bus);
		this.control = new ControlChannel(bus, log, controlBatch, arena.allocate(64, 8));
		this.talk = new DriverTalk(this, settings, ports, state, log);
		this.transmit = new GuestToHost(state.calls(), state);
		this.receive = new HostToGuest(state.calls(), state);
		this.queues = new Queues(bus, queueCount(), loop, transport, log, this::serve);
		this.migration = new Migration(this, ports, queues, control, talk);
		this.plugging = new Plugging(this, ports, state, talk);
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
		for (var slot : ports.announced())
			if (slot.request.console() && slot.hostOpen) {
				state.calls().tell(slot, "emergency", port -> port.emergency((byte) character));
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

	/**
	 * Where a queue is to begin.
	 *
	 * @param next its first incomplete chain, as the front-end or the ring says
	 * @return that chain, and the bytes of it that were consumed when the queue was stopped there
	 */
	public RingPosition resume(int queue, int next) {
		return queue < queues.count() ? queues.resume(queue, next) : new RingPosition(next, 0);
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

	/** The device is as new, for the same monitor. All queues are stopped. */
	public void reset() {
		if (running)
			driverStops();
		forgetDriver();
		queues.forgetBroken();
	}

	/** The connection to the monitor ended: there is no driver. All queues are stopped. */
	public void disconnect() {
		reset();
		log.reset();
		features = 0;
		config.forgetWrites();
		usePorts(ports.maxPorts());
	}

	/**
	 * What another device with the same ports needs to go on with this driver. All queues are stopped; nothing changes.
	 *
	 * @throws StateRefusedException while a queue runs
	 */
	public DeviceState save() throws StateRefusedException {
		return migration.save();
	}

	/**
	 * Goes on with the driver of another device when the queues are started, wherever they start. All are stopped.
	 *
	 * @throws StateRefusedException if a queue runs, or if the driver's ports are not those of this bus; nothing changed
	 */
	public void load(DeviceState state) throws StateRefusedException {
		migration.load(state, false);
	}

	/** As {@link #load}, with what a {@link Recorder} has left: it counts if the driver does not begin anew. */
	public void recover(DeviceState state) throws StateRefusedException {
		migration.load(state, true);
	}

	/** As {@link #recover}, if nothing else was left than where queues have begun chains. */
	public void recover(List<DeviceState.Begun> begun) {
		queues.begin(begun);
	}

	/** Has notes taken from now on; null: no longer. */
	public void record(Recorder recorder) {
		migration.record(recorder);
		queues.record(recorder);
	}

	/**
	 * Has the rings of busy queues looked at from now on: the caller looks before its loop sleeps, and their drivers do not
	 * kick. To be called before a queue is started.
	 */
	public Loop.Sight watchRings() {
		return queues.watch();
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
		state.calls().deliver();
		boolean again = queues.turn(scratch);
		migration.note();
		return again;
	}

	/** What {@link Loop#requestTick} asks for. */
	public void tick() {
		queues.tick();
	}

	/**
	 * Port code has kept the thread that had this device for so long that the caller has it now. Nothing was being changed:
	 * whatever calls port code has put things in order before. To come before everything else.
	 */
	public void portBlocked() {
		state.calls().abandon();
		queues.kickAll();
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
		boolean goesOn = migration.goesOn(ring);
		if (!goesOn && ring.isFresh())
			forgetDriver();
		running = true;
		if (!isMultiport() && ports.get(0) != null)
			ports.get(0).guestOpen = true; // section 5.3.5: port 0 is simply there
		for (var slot : ports.announced())
			state.calls().tell(slot, "running", port -> port.running(true));
		if (goesOn)
			migration.started(state);
		queues.kickAll();
	}

	private void driverStops() {
		running = false;
		for (var slot : ports.announced())
			state.calls().tell(slot, "running", port -> port.running(false));
	}

	private void forgetDriver() {
		migration.forget();
		control.clear();
		talk.forgetDriver();
		queues.forgetOffsets();
		for (var slot : ports.announced())
			if (slot.guestOpen)
				state.guestOpened(slot, false);
	}

	// ---- the queues' turns

	/** A queue's turn, or none while no driver runs: what it has to do then waits for {@link #driverStarts}. */
	private boolean serve(int queue, Virtqueue ring, Scratch scratch) {
		if (!running)
			return false;
		if (PortSlot.portOf(queue) >= 0)
			return serveData(queue, ring, scratch);
		migration.changed();
		return queue == ControlChannel.RECEIVEQ ? control.flush(ring) : control.drain(ring, talk);
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

	Trace trace() {
		return trace;
	}

	PortState state() {
		return state;
	}

	Plugging plugging() {
		return plugging;
	}

	long features() {
		return features;
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

	/** A port has come or gone, whether or not there is a driver that is told. */
	void portsChanged() {
		migration.changed();
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
		trace.toGuest(id, event, value, tail);
		control.send(id, event, value, tail);
		migration.changed();
		kick(ControlChannel.RECEIVEQ);
	}

	void resize(PortSlot slot, int columns, int rows) {
		adoptSize(slot, columns, rows);
		talk.tellSize(slot);
		// a multiport driver has had its RESIZE, and QEMU 11.1 dies of a change told at its wrong moment
		if (slot.id == 0 && settings.resizeOrder() != ResizeOrder.OFF && !isMultiport())
			transport.configChanged();
	}

	/** Takes a size for the console's own that its driver knows already. */
	void adoptSize(PortSlot slot, int columns, int rows) {
		slot.columns = columns;
		slot.rows = rows;
		if (slot.id == 0 && settings.resizeOrder() != ResizeOrder.OFF)
			config.size(columns, rows);
	}

	/** Frees native memory and names. No other call may follow. */
	public void close() {
		ports.close();
		arena.close();
	}
}
