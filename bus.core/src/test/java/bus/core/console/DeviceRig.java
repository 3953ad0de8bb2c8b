package bus.core.console;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import bus.api.BusInfo;
import bus.api.HostPort;
import bus.api.PortInfo;
import bus.api.PortRefusedException;
import bus.api.PortRequest;
import bus.core.virtio.GuestMemory;
import bus.core.virtio.RingKind;
import bus.core.virtio.RingPosition;
import bus.core.virtio.RingSetup;
import bus.core.virtio.Virtqueue;
import guest.driver.DriverRing;
import guest.driver.GuestRam;
import guest.driver.PackedDriverRing;
import guest.driver.PackedRingMemory;
import guest.driver.SplitDriverRing;

/**
 * A device with the guest's side of real rings, on one thread: no kernel, no sockets. What would be asked of the loop
 * and of the transport is noted.
 */
final class DeviceRig implements Loop, Transport, AutoCloseable {
	static final int RING = 16;
	/** The queues of port 1. */
	static final int IN = 4;
	static final int OUT = 5;
	private static final long BASE = 0x4000_0000L;

	final Arena arena = Arena.ofConfined();
	final GuestRam ram;
	final GuestMemory memory;
	final ConsoleDevice device;
	final ConsoleBus bus;
	final RingKind kind;
	/** Entries of each ring that is started from now on. */
	int entries = RING;
	final Map<Integer, DriverRing> rings;
	final Map<Integer, MemorySegment> posted;
	/** Interrupts of each queue, in the order of the first ones. */
	final Map<Integer, Integer> calls = new LinkedHashMap<>();
	boolean countsCalls = true;
	final List<Integer> errors = new ArrayList<>();
	final Map<Integer, Watch> watches = new HashMap<>();
	/** Descriptors that are watched for writing. */
	final Set<Integer> writing = new HashSet<>();
	int configChanges;
	boolean tickRequested;
	/** The loop takes no tasks any more. */
	boolean ended;
	/** Takes the tasks that the loop has not come to yet; null if it runs them at once. */
	List<Runnable> later;
	/** The loop takes no tasks at the moment, and the caller is another loop. */
	boolean full;
	long portNanos;
	private final Scratch scratch = new Scratch(arena);
	private boolean turnRequested;
	private boolean plugging;

	DeviceRig(int ports) {
		this(RingKind.USUAL, ports);
	}

	DeviceRig(RingKind kind, int ports) {
		this(kind, DeviceSettings.of(ports), new PortNames());
	}

	DeviceRig(RingKind kind, DeviceSettings settings, PortNames names) {
		this(kind, "vm1", settings, names);
	}

	DeviceRig(RingKind kind, String name, DeviceSettings settings, PortNames names) {
		this.kind = kind;
		ram = new GuestRam(arena.allocate(4 << 20, 4096), BASE);
		rings = new HashMap<>();
		posted = new HashMap<>();
		memory = new GuestMemory(List.of(new GuestMemory.Region(BASE, 0, ram.memory())));
		device = new ConsoleDevice(name, settings, names, this, this);
		bus = new ConsoleBus(name, name, device, this, () -> new BusInfo(name, name, "", BusInfo.State.RUNNING,
				settings.ports(), settings.ports(), 0, 0, ""));
	}

	/** Another device for the guest of the first one, which must live longer. */
	DeviceRig(int ports, DeviceRig first) {
		kind = first.kind;
		ram = first.ram;
		rings = first.rings;
		posted = first.posted;
		memory = first.memory;
		var settings = new DeviceSettings(ports, kind.features() & DeviceSettings.RING_FEATURES,
				DeviceSettings.ResizeOrder.SPEC, false);
		device = new ConsoleDevice("vm2", settings, new PortNames(), this, this);
		bus = new ConsoleBus("vm2", "vm2", device, this,
				() -> new BusInfo("vm2", "vm2", "", BusInfo.State.RUNNING, ports, ports, 0, 0, ""));
	}

	@Override
	public void close() {
		device.close();
		arena.close();
	}

	// ---- ports

	PortInfo plug(String name, int id, boolean console, HostPort port) throws PortRefusedException {
		plugging = true;
		try {
			return bus.plug(new PortRequest(name.isEmpty() ? "label" : name, "test", name, id, console), port);
		} finally {
			plugging = false;
		}
	}

	RecordingPort plugged(String name, int id) throws PortRefusedException {
		var port = new RecordingPort();
		port.opensItself = true;
		plug(name, id, id == 0, port);
		return port;
	}

	/** Port 1, plugged and open, and a guest that has it open. */
	RecordingPort port() throws PortRefusedException {
		var port = plugged("a", 1);
		bootGuest();
		return port;
	}

	PortInfo info(int id) {
		return bus.ports().stream().filter(p -> p.id() == id).findFirst().orElseThrow();
	}

	// ---- the guest

	/** Starts a fresh driver with rings for all ports and control buffers posted. */
	void startDriver() {
		startDriver(ConsoleDevice.F_MULTIPORT | ConsoleDevice.F_EMERG_WRITE | kind.features());
	}

	void startDriver(long features) {
		startDriver(features, Collections.nCopies(device.queueCount(), RingPosition.start(features)));
	}

	/** Starts a driver with new rings, in the order of the front-end's SET_VRING_ENABLE. */
	void startDriver(long features, List<RingPosition> positions) {
		device.features(features);
		rings.clear();
		posted.clear();
		for (int queue = 0; queue < device.queueCount(); queue++) {
			rings.put(queue, DriverRing.create(ram, entries, kind.features()));
			start(queue, positions.get(queue));
		}
		run();
	}

	void startWithoutMultiport() {
		startDriver(kind.features());
	}

	void start(int queue, RingPosition position) {
		device.start(queue, open(queue, device.resume(queue, position.next())));
	}

	/** The memory behind a queue changes while it runs. */
	void replace(int queue) {
		device.replace(queue, open(queue, device.position(queue)));
	}

	private Virtqueue open(int queue, RingPosition position) {
		var ring = rings.get(queue);
		var addresses = new RingSetup.Addresses(ring.descAddress(), ring.availAddress(), ring.usedAddress());
		return Virtqueue.open(memory, RingSetup.find(memory, entries, addresses, kind.features(), false), kind.features(),
				position);
	}

	/** The same driver goes on with its rings, at a device that has stood still or has loaded its state. */
	void resumeDriver(List<RingPosition> positions) {
		device.features(ConsoleDevice.F_MULTIPORT | ConsoleDevice.F_EMERG_WRITE | kind.features());
		for (int queue = 0; queue < device.queueCount(); queue++)
			start(queue, positions.get(queue));
		run();
	}

	List<RingPosition> stopDriver() {
		var positions = new ArrayList<RingPosition>();
		for (int queue = 0; queue < device.queueCount(); queue++)
			positions.add(device.stop(queue));
		return positions;
	}

	/** Fresh driver, DEVICE_READY, every port ready and opened; what the device said meanwhile is read and forgotten. */
	void bootGuest() {
		startDriver();
		postControl(RING, 64);
		send(-1, ControlEvent.DEVICE_READY, 1);
		for (var port : bus.ports())
			send(port.id(), ControlEvent.PORT_READY, 1);
		for (var port : bus.ports())
			send(port.id(), ControlEvent.PORT_OPEN, 1);
		received();
	}

	void send(int id, ControlEvent event, int value) {
		sendRaw(ControlMessage.encode(id, event, value));
	}

	void sendRaw(byte[]... parts) {
		var buffers = new ArrayList<MemorySegment>();
		for (var part : parts)
			buffers.add(ram.allocate(part.length, 1).copyFrom(MemorySegment.ofArray(part)));
		rings.get(ControlChannel.TRANSMITQ).add(buffers, List.of());
		kick(ControlChannel.TRANSMITQ);
		drain(ControlChannel.TRANSMITQ);
	}

	void postControl(int buffers, int size) {
		for (int i = 0; i < buffers; i++)
			postRoom(ControlChannel.RECEIVEQ, size);
		kick(ControlChannel.RECEIVEQ);
	}

	/** Gives the device a buffer to write into. */
	void postRoom(int queue, int size) {
		var room = ram.allocate(size, 1);
		posted.put(queue * entries + rings.get(queue).add(List.of(), List.of(room)), room);
	}

	/** What the device has put into the buffers of a queue, a string each. */
	List<String> readRaw(int queue) {
		var texts = new ArrayList<String>();
		var ring = rings.get(queue);
		for (var used = ring.poll(); used != null; used = ring.poll())
			texts.add(new String(posted.get(queue * entries + used.token()).asSlice(0, used.length())
					.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1));
		return texts;
	}

	/** The control messages received, as {@code EVENT id value} with the name behind, and the buffers posted again. */
	List<String> received() {
		var messages = new ArrayList<String>();
		for (var raw : readRaw(ControlChannel.RECEIVEQ)) {
			var bytes = ByteBuffer.wrap(raw.getBytes(StandardCharsets.ISO_8859_1)).order(ByteOrder.LITTLE_ENDIAN);
			var message = ControlMessage.decode(bytes);
			var event = ControlEvent.of(message.event());
			String tail = raw.substring(ControlMessage.SIZE);
			if (event == ControlEvent.RESIZE)
				tail = bytes.getShort(8) + "x" + bytes.getShort(10);
			messages.add((event + " " + message.id() + " " + message.value() + " " + tail).stripTrailing());
			postRoom(ControlChannel.RECEIVEQ, 64);
		}
		kick(ControlChannel.RECEIVEQ);
		return messages;
	}

	/** The guest writes to a port. */
	void write(int queue, String... parts) {
		offer(queue, parts);
		kick(queue);
	}

	/** The same without a kick. */
	void offer(int queue, String... parts) {
		var buffers = new ArrayList<MemorySegment>();
		for (var part : parts)
			buffers.add(ram.allocate(part.length(), 1)
					.copyFrom(MemorySegment.ofArray(part.getBytes(StandardCharsets.ISO_8859_1))));
		rings.get(queue).add(buffers, List.of());
	}

	/** Breaks a rule of a queue's layout. */
	void lie(int queue) {
		switch (rings.get(queue)) {
			case SplitDriverRing split -> split.memory().availIdx(999);
			case PackedDriverRing packed -> {
				for (int i = 0; i < entries; i++) // whichever comes next, the chain has no end
					packed.memory().descriptorFlags(i, PackedRingMemory.NEXT | PackedRingMemory.AVAIL);
			}
		}
	}

	/** The monitor writes to the configuration space. */
	void writeConfig(int offset, byte[] bytes) {
		device.writeConfig(offset, bytes);
		run();
	}

	/** Chains of a queue that came back since the last look. */
	int drain(int queue) {
		int n = 0;
		while (rings.get(queue).poll() != null)
			n++;
		return n;
	}

	void kick(int queue) {
		device.kick(queue);
		run();
	}

	void run() {
		for (int round = 0; turnRequested; round++) {
			if (round > 10_000)
				throw new AssertionError("the device wants turns without end");
			turnRequested = false;
			turnRequested |= device.turn(scratch);
		}
	}

	/** The clock ticks, if it was asked for. */
	void tick() {
		if (!tickRequested)
			return;
		tickRequested = false;
		device.tick();
		run();
	}

	void turnOnce() {
		turnRequested = device.turn(scratch);
	}

	/** Does something as a thread of a port's own would. */
	void offLoop(Runnable task) {
		plugging = true;
		try {
			task.run();
		} finally {
			plugging = false;
		}
	}

	// ---- Loop and Transport

	/** The one thread is not the loop while it plugs, because plugging may block. */
	@Override
	public boolean isCurrent() {
		return !plugging;
	}

	@Override
	public boolean post(Runnable task) {
		if (full)
			throw new IllegalStateException("more tasks wait than the queue takes");
		if (later != null)
			later.add(task);
		else if (!ended)
			task.run();
		return !ended;
	}

	@Override
	public boolean run(Runnable step) {
		if (plugging)
			return post(step);
		step.run();
		return true;
	}

	@Override
	public void requestTurn() {
		turnRequested = true;
	}

	/** Nothing is ever ready by itself: there is no kernel here, and descriptors are mere numbers. */
	@Override
	public void requestTick() {
		tickRequested = true;
	}

	@Override
	public void watch(int descriptor, Watch watch) {
		watches.put(descriptor, watch);
	}

	@Override
	public void watchReading(int descriptor, Watch watch) {
		watches.put(descriptor, watch);
	}

	@Override
	public void watchWriting(int descriptor, boolean wanted) {
		if (wanted)
			writing.add(descriptor);
		else
			writing.remove(descriptor);
	}

	@Override
	public void unwatch(int descriptor) {
		watches.remove(descriptor);
		writing.remove(descriptor);
	}

	@Override
	public void enterPort() {
	}

	@Override
	public long leavePort() {
		return portNanos;
	}

	@Override
	public void call(int queue) {
		if (countsCalls)
			calls.merge(queue, 1, Integer::sum);
	}

	@Override
	public void error(int queue) {
		errors.add(queue);
	}

	@Override
	public void configChanged() {
		configChanges++;
	}
}
