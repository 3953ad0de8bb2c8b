package bus.vhostuser.session;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import bus.core.console.ConsoleDevice;
import bus.core.console.Loop;
import bus.core.virtio.Feature;
import bus.core.virtio.GuestMemory;
import bus.core.virtio.RingPosition;
import bus.core.virtio.RingSetup;
import bus.core.virtio.Virtqueue;
import bus.linux.Linux;

/**
 * The rings of a connection: takes what the front-end says of them, in any order, and starts and stops them at the
 * device. Loop thread.
 */
final class Vrings {
	/** The ring index of SET_VRING_KICK, CALL and ERR has 8 bits. */
	static final int LIMIT = 256;

	private static final System.Logger LOG = System.getLogger("bus.vhostuser");
	private static final MemorySegment ONE = Arena.global().allocateFrom(ValueLayout.JAVA_LONG, 1);
	private static final int NO_DESCRIPTOR = 0x100;

	private final String bus;
	private final ConsoleDevice device;
	private final Loop loop;
	private final Vring[] rings = new Vring[LIMIT];
	private GuestMemory memory = GuestMemory.NONE;
	private long features;
	private int given;
	/** Without the protocol's features there is no SET_VRING_ENABLE: rings are enabled from the beginning. */
	private boolean alwaysEnabled;
	private boolean unsharedReported;

	Vrings(String bus, ConsoleDevice device, Loop loop) {
		this.bus = bus;
		this.device = device;
		this.loop = loop;
	}

	// ---- messages

	/** SET_VRING_NUM: index u32, number u32. */
	Reply setNum(Message message) throws RefusedException {
		var ring = ring(message.u32(0));
		int size = message.u32(4);
		if (ring.running && size != ring.size)
			throw new RefusedException("ring=" + ring.index + " is running");
		if (!RingSetup.isSize(size, features))
			throw new RefusedException("num=" + size + ", allowed: " + (isPacked() ? "1" : "powers of two") + " to "
					+ Virtqueue.MAX_SIZE);
		ring.size = size;
		return update(ring);
	}

	/** SET_VRING_ADDR: index u32, flags u32, then the addresses of descriptors, used, available, log. */
	Reply setAddr(Message message) throws RefusedException {
		var ring = ring(message.u32(0));
		var addresses = new RingSetup.Addresses(message.u64(8), message.u64(24), message.u64(16));
		if (ring.running && !addresses.equals(ring.addresses))
			throw new RefusedException("ring=" + ring.index + " is running");
		if (!addresses.isAligned())
			throw new RefusedException("misaligned " + addresses);
		ring.addresses = addresses;
		return update(ring);
	}

	/**
	 * SET_VRING_BASE: index u32, then where the ring stands: the available index; of a packed ring the place where the
	 * driver offers in the low half, where it is given back in the high one. In order they are the same.
	 */
	Reply setBase(Message message) throws RefusedException {
		var ring = ring(message.u32(0));
		int base = message.u32(4);
		if (ring.running)
			throw new RefusedException("ring=" + ring.index + " is running");
		if ((base & ~0xffff) != 0 && !isPacked())
			throw new RefusedException("base=" + Integer.toUnsignedString(base) + ", allowed: 0 to 65535");
		// the same base as was answered to GET_VRING_BASE: a pause is over, and a half-consumed buffer is still there
		if (ring.position == null || (base & 0xffff) != ring.position.next())
			ring.position = new RingPosition(base & 0xffff, 0);
		return Reply.ACK;
	}

	/** GET_VRING_BASE: stops the ring, at once, wherever a slow port has left it. */
	Reply getBase(Message message) throws RefusedException {
		var ring = ring(message.u32(0));
		stop(ring);
		ring.started = false;
		closeKick(ring);
		int next = positionOf(ring).next();
		return Reply.vringState(ring.index, isPacked() ? next | next << 16 : next);
	}

	private boolean isPacked() {
		return Feature.has(features, Feature.RING_PACKED);
	}

	private RingPosition positionOf(Vring ring) {
		return ring.position == null ? RingPosition.start(features) : ring.position;
	}

	Reply setKick(Message message) throws RefusedException {
		var ring = descriptorRing(message);
		if (message.descriptors() == 0)
			throw new RefusedException("ring=" + ring.index + " without a kick descriptor: rings are not polled");
		closeKick(ring);
		int kick = message.take(0);
		try {
			loop.watch(kick, events -> device.kick(ring.index));
		} catch (IOException e) {
			Linux.close(kick);
			throw new RefusedException("kick descriptor: " + e.getMessage());
		}
		ring.kick = kick;
		ring.started = true;
		return update(ring);
	}

	Reply setCall(Message message) throws RefusedException {
		var ring = descriptorRing(message);
		close(ring.call);
		ring.call = message.descriptors() == 0 ? -1 : nonBlocking(message.take(0));
		if (ring.running)
			call(ring.index); // what was due while there was no descriptor, or went to the old one
		return Reply.ACK;
	}

	Reply setErr(Message message) throws RefusedException {
		var ring = descriptorRing(message);
		close(ring.err);
		ring.err = message.descriptors() == 0 ? -1 : nonBlocking(message.take(0));
		return Reply.ACK;
	}

	/** SET_VRING_ENABLE: index u32, 0 or 1. */
	Reply setEnable(Message message) throws RefusedException {
		var ring = ring(message.u32(0));
		if (message.u32(4) < 0 || message.u32(4) > 1)
			throw new RefusedException("enable=" + message.u32(4) + ", allowed: 0 and 1");
		ring.enabled = message.u32(4) == 1;
		return update(ring);
	}

	private Vring ring(int index) throws RefusedException {
		if (index < 0 || index >= LIMIT)
			throw new RefusedException("ring=" + Integer.toUnsignedString(index) + ", allowed: 0 to " + (LIMIT - 1));
		if (rings[index] == null) {
			rings[index] = new Vring(index);
			rings[index].enabled = alwaysEnabled;
		}
		return rings[index];
	}

	/** The ring of a message that carries a descriptor, or says in bit 8 that it carries none. */
	private Vring descriptorRing(Message message) throws RefusedException {
		int bits = message.u32(0);
		if ((bits & NO_DESCRIPTOR) != 0 != (message.descriptors() == 0))
			throw new RefusedException("payload=0x" + Integer.toHexString(bits) + " with descriptors="
					+ message.descriptors());
		var ring = ring(bits & 0xff);
		given = Math.max(given, ring.index + 1);
		return ring;
	}

	/** Writing to it must not hold the loop, whatever its counter or however full the pipe. */
	private static int nonBlocking(int descriptor) {
		Linux.fcntl(descriptor, Linux.F_SETFL, Linux.fcntl(descriptor, Linux.F_GETFL, 0) | Linux.O_NONBLOCK);
		return descriptor;
	}

	// ---- running

	private Reply update(Vring ring) {
		if (ring.running && !ring.isReady())
			stop(ring);
		else if (!ring.running && ring.isReady())
			start(ring);
		return Reply.ACK;
	}

	private void start(Vring ring) {
		var queue = open(ring, positionOf(ring));
		if (queue == null)
			return;
		ring.running = true;
		device.start(ring.index, queue);
	}

	/** The ring in the memory as it is now; null if it is not there. */
	private Virtqueue open(Vring ring, RingPosition position) {
		if (!RingSetup.isSize(ring.size, features)) {
			LOG.log(System.Logger.Level.ERROR, "bus {0}: ring {1} has num={2}, which the features that were set later do"
					+ " not allow", bus, ring.index, ring.size);
			return null;
		}
		var setup = RingSetup.find(memory, ring.size, ring.addresses, features, true);
		try {
			if (setup != null) {
				var queue = Virtqueue.open(memory, setup, features, position);
				// compiled code goes on after a fault and hears of it at its next native call: that must be here, where it
				// is known which ring it was, and not in the middle of the device
				Thread.yield();
				return queue;
			}
		} catch (IllegalArgumentException e) {
			LOG.log(System.Logger.Level.ERROR, "bus {0}: ring {1} does not start: {2}", bus, ring.index, e.getMessage());
			return null;
		} catch (InternalError e) { // a page beyond the end of a truncated file
			LOG.log(System.Logger.Level.DEBUG, "bus " + bus + ": ring " + ring.index, e);
		}
		if (!unsharedReported)
			LOG.log(System.Logger.Level.ERROR, "bus {0}: ring {1} is not in shared memory; give the virtual machine"
					+ " memory with share=on, as in -object memory-backend-memfd,id=mem,size=512M,share=on"
					+ " -machine memory-backend=mem", bus, ring.index);
		unsharedReported = true;
		return null;
	}

	private void stop(Vring ring) {
		if (!ring.running)
			return;
		ring.running = false;
		var position = device.stop(ring.index);
		if (position != null)
			ring.position = position;
	}

	/** Stops all rings. */
	void pause() {
		for (var ring : rings)
			if (ring != null)
				stop(ring);
	}

	/**
	 * Goes over to a new memory table; after it nothing uses the old one. Rings that are in both go on: for their driver
	 * and for the ports nothing has happened.
	 */
	void memory(GuestMemory newMemory) {
		memory = newMemory;
		for (var ring : rings)
			if (ring != null && ring.running)
				move(ring);
			else if (ring != null)
				update(ring);
	}

	private void move(Vring ring) {
		var position = device.position(ring.index);
		var queue = open(ring, position == null ? positionOf(ring) : position);
		if (queue == null)
			stop(ring);
		else
			device.replace(ring.index, queue);
	}

	boolean isAnyRunning() {
		for (var ring : rings)
			if (ring != null && ring.running)
				return true;
		return false;
	}

	/** Features were negotiated, with or without those of the protocol. */
	void features(long negotiated, boolean enableAll) {
		features = negotiated;
		alwaysEnabled = enableAll;
		for (int i = 0; i < LIMIT && enableAll; i++)
			if (rings[i] != null) {
				rings[i].enabled = true;
				update(rings[i]);
			}
	}

	/** Rings that the front-end has named in a message with a descriptor. */
	int given() {
		return given;
	}

	/** Whether all rings are enabled: outside of this QEMU 11.1 dies of a CONFIG_CHANGE. */
	boolean isConfigWindow() {
		for (int i = 0; i < given; i++)
			if (rings[i] == null || !rings[i].enabled)
				return false;
		return given > 0;
	}

	void call(int index) {
		signal(rings[index].call);
	}

	void error(int index) {
		signal(rings[index].err);
	}

	private static void signal(int descriptor) {
		if (descriptor >= 0)
			Linux.write(descriptor, ONE.address(), Long.BYTES); // EAGAIN: it was signalled so often that it will be seen
	}

	/** Stops all rings and forgets them. */
	void clear() {
		pause();
		for (int i = 0; i < LIMIT; i++)
			if (rings[i] != null) {
				closeKick(rings[i]);
				close(rings[i].call);
				close(rings[i].err);
				rings[i] = null;
			}
		given = 0;
		features = 0;
		alwaysEnabled = false;
		unsharedReported = false;
	}

	private void closeKick(Vring ring) {
		if (ring.kick >= 0) {
			loop.unwatch(ring.kick);
			close(ring.kick);
			ring.kick = -1;
		}
	}

	private static void close(int descriptor) {
		if (descriptor >= 0)
			Linux.close(descriptor);
	}
}
