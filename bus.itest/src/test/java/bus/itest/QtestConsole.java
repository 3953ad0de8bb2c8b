package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import bus.itest.QtestRing.Buffer;
import bus.itest.QtestRing.Used;

/**
 * A console driver that does what a test says, step by step, and nothing by itself: each buffer that the device may use
 * was posted by the test.
 */
final class QtestConsole {
	/** Of virtio and of the console. */
	static final long F_SIZE = 1;
	static final long F_MULTIPORT = 2;
	static final long F_EMERG_WRITE = 4;
	static final long F_INDIRECT_DESC = 1L << 28;
	static final long F_EVENT_IDX = 1L << 29;
	static final long F_VERSION_1 = 1L << 32;
	static final long F_RING_PACKED = 1L << 34;

	static final int CONTROL_IN = 2;
	static final int CONTROL_OUT = 3;

	/** How the rings of a driver are laid out, which it chooses. */
	enum Layout {
		SPLIT, PACKED;

		@Override
		public String toString() {
			return name().toLowerCase(Locale.ROOT);
		}
	}

	/** As many entries as the rings have if a test does not care. */
	static final int RING = 64;

	private static final int CONTROL_BUFFER = 128;
	private static final long RAM = 1 << 20;
	private static final int PAGE = 4096;

	private final Qtest qtest;
	private final VirtioPci device;
	private final Map<Integer, QtestRing> rings = new HashMap<>();
	private final Map<Integer, Long> controlBuffers = new HashMap<>();
	private boolean packed;
	private long free;

	QtestConsole(Qtest qtest) {
		this(qtest, RAM);
	}

	/**
	 * @param ram from where on the guest's RAM is zero and free
	 */
	QtestConsole(Qtest qtest, long ram) {
		this.qtest = qtest;
		this.device = VirtioPci.find(qtest);
		this.free = ram;
	}

	/** The receiveq of a port. */
	static int in(int port) {
		return port == 0 ? 0 : 2 * port + 2;
	}

	/** The transmitq of a port. */
	static int out(int port) {
		return in(port) + 1;
	}

	VirtioPci device() {
		return device;
	}

	QtestRing ring(int queue) {
		return rings.get(queue);
	}

	// ---- the life of the driver

	/** A fresh driver that takes all other features, with a ring for each queue, up to DRIVER_OK. */
	void start(Layout layout) {
		start(layout == Layout.PACKED ? device.offered() : device.offered() & ~F_RING_PACKED, RING);
	}

	void start(long features, int ringSize) {
		negotiate(features);
		for (int queue = 0; queue < device.queues(); queue++)
			setUp(queue, ringSize);
		driverOk();
	}

	void driverOk() {
		device.status(device.status() | VirtioPci.DRIVER_OK);
	}

	/** A reset, and what comes up to FEATURES_OK. */
	void negotiate(long features) {
		reset();
		device.status(VirtioPci.ACKNOWLEDGE | VirtioPci.DRIVER);
		device.accept(features);
		packed = (features & F_RING_PACKED) != 0;
		device.status(VirtioPci.ACKNOWLEDGE | VirtioPci.DRIVER | VirtioPci.FEATURES_OK);
		assertEquals(VirtioPci.ACKNOWLEDGE | VirtioPci.DRIVER | VirtioPci.FEATURES_OK, device.status());
	}

	/** The device forgets its driver, the driver what it had posted. */
	void reset() {
		device.status(0);
		assertEquals(0, device.status());
		rings.clear();
		controlBuffers.clear();
	}

	QtestRing setUp(int queue, int size) {
		long at = allocate(QtestRing.bytes(size));
		var ring = packed ? new QtestPackedRing(qtest, size, at) : new QtestSplitRing(qtest, size, at);
		rings.put(queue, ring);
		device.setUp(queue, ring);
		return ring;
	}

	/** Says that the driver is there; it must hear of exactly these ports, in whichever order they were plugged. */
	void deviceReady(int... ids) {
		send(new QtestControl(-1, QtestControl.DEVICE_READY, 1));
		var added = Stream.generate(this::next).limit(ids.length).toList();
		assertEquals(Arrays.stream(ids).mapToObj(id -> new QtestControl(id, QtestControl.PORT_ADD, 1)).toList(),
				added.stream().sorted((a, b) -> a.id() - b.id()).toList());
	}

	/** A process in the guest opens or closes a port. */
	void open(int port, boolean isOpen) {
		send(new QtestControl(port, QtestControl.PORT_OPEN, isOpen ? 1 : 0));
	}

	/** Takes a port and opens it; these messages must come. */
	void readyAndOpen(int port, QtestControl... expected) {
		send(new QtestControl(port, QtestControl.PORT_READY, 1));
		expect(expected);
		open(port, true);
	}

	/** So many bytes of the configuration space, from its beginning, each read by itself. */
	byte[] config(int count) {
		var bytes = new byte[count];
		for (int i = 0; i < count; i++)
			bytes[i] = (byte) qtest.read8(device.config(i));
		return bytes;
	}

	/** Writes emerg_wr. */
	void emergency(int value) {
		qtest.write32(device.config(8), value);
	}

	// ---- memory

	/** So many zero bytes of the guest's RAM, for ever. */
	long allocate(int bytes) {
		long at = free;
		free += bytes + PAGE - 1 & -PAGE;
		assertFalse(free > QtestMachine.MEMORY, "a test has used up its guest's RAM");
		return at;
	}

	/** A buffer with these bytes for the device to read. */
	Buffer readable(byte[] bytes) {
		long at = allocate(bytes.length);
		qtest.write(at, bytes);
		return Buffer.readable(at, bytes.length);
	}

	Buffer writable(int length) {
		return Buffer.writable(allocate(length), length);
	}

	byte[] bytes(Buffer buffer, int length) {
		return qtest.read(buffer.address(), length);
	}

	// ---- queues

	/** Offers a chain and kicks; answers its id. */
	int post(int queue, Buffer... chain) {
		int id = ring(queue).add(chain);
		device.kick(queue);
		return id;
	}

	Used take(int queue) {
		return ring(queue).take();
	}

	/** The next chain must come back without a byte written. */
	void takeUnwritten(int queue, int id) {
		assertEquals(new Used(id, 0), take(queue));
	}

	/**
	 * The loop of the bus has come round: two messages to it were answered, so what was due before is done, and QEMU
	 * has looked at its other descriptors between them.
	 */
	void settle() {
		for (int i = 0; i < 2; i++)
			qtest.read8(device.config(0));
	}

	void assertNothingUsed(int queue) {
		settle();
		assertFalse(ring(queue).hasUsed(), () -> "queue " + queue + " has given something back");
	}

	// ---- control messages

	/** So many buffers for what the device has to say. */
	void postControl(int count) {
		for (int i = 0; i < count; i++)
			postControlBuffer(CONTROL_BUFFER);
	}

	void postControlBuffer(int length) {
		var buffer = writable(length);
		controlBuffers.put(post(CONTROL_IN, buffer), buffer.address());
	}

	/** Says something; the buffer must come back unwritten (statement 27). */
	void send(QtestControl message) {
		send(readable(message.bytes()));
	}

	void send(Buffer... chain) {
		takeUnwritten(CONTROL_OUT, post(CONTROL_OUT, chain));
	}

	/** The bytes of the next message of the device. */
	byte[] nextBytes() {
		var used = take(CONTROL_IN);
		return qtest.read(controlBuffers.remove(used.id()), used.length());
	}

	QtestControl next() {
		return QtestControl.decode(nextBytes());
	}

	/** The device must say exactly this next. */
	void expect(QtestControl... messages) {
		assertEquals(List.of(messages), Stream.generate(this::next).limit(messages.length).toList());
	}

	void assertNothingSaid() {
		assertNothingUsed(CONTROL_IN);
	}
}
