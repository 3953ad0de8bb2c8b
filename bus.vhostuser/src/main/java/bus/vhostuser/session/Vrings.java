package bus.vhostuser.session;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

import bus.core.console.ConsoleDevice;
import bus.core.console.Loop;
import bus.core.virtio.Feature;
import bus.core.virtio.GuestMemory;
import bus.core.virtio.RingPosition;
import bus.core.virtio.RingSetup;
import bus.core.virtio.Virtqueue;
import bus.linux.Linux;

/** The rings of a connection: starts and stops them at the device, in whatever order their parts come. Loop thread. */
final class Vrings {
	/** The ring index of SET_VRING_KICK, CALL and ERR has 8 bits. */
	static final int LIMIT = 256;

	private static final System.Logger LOG = System.getLogger("bus.vhostuser");
	private static final MemorySegment ONE = Arena.global().allocateFrom(ValueLayout.JAVA_LONG, 1);

	private static final String NOT_SHARED = "give the virtual machine memory with share=on, as in"
			+ " -object memory-backend-memfd,id=mem,size=512M,share=on -machine memory-backend=mem";

	private final String bus;
	private final ConsoleDevice device;
	private final Loop loop;
	private final Vring[] rings = new Vring[LIMIT];
	private GuestMemory memory = GuestMemory.NONE;
	private long features;
	private int given;
	private int kicksToCome;
	/** Without the protocol's features there is no SET_VRING_ENABLE: rings are enabled from the beginning. */
	private boolean alwaysEnabled;
	private final BitSet recovering = new BitSet();
	private boolean unsharedReported;
	private boolean misfitReported;

	Vrings(String bus, ConsoleDevice device, Loop loop) {
		this.bus = bus;
		this.device = device;
		this.loop = loop;
	}

	/** What is known of a ring. */
	Vring ring(int index) throws RefusedException {
		if (index < 0 || index >= LIMIT)
			throw new RefusedException("ring=" + Integer.toUnsignedString(index) + ", allowed: 0 to " + (LIMIT - 1));
		if (rings[index] == null) {
			rings[index] = new Vring(index);
			rings[index].enabled = alwaysEnabled;
		}
		return rings[index];
	}

	boolean isPacked() {
		return Feature.has(features, Feature.RING_PACKED);
	}

	/** Where a ring stands that does not run. */
	int baseOf(Vring ring) {
		return ring.base < 0 ? RingPosition.start(features).next() : ring.base;
	}

	/** Starts or stops a ring of which something new is known, if that makes the difference. */
	Reply update(Vring ring) {
		if (ring.running && !ring.isReady())
			stop(ring);
		else if (!ring.running && ring.isReady())
			start(ring);
		return Reply.ACK;
	}

	private void start(Vring ring) {
		var queue = open(ring, null);
		if (queue == null)
			return;
		ring.running = true;
		recovering.clear(ring.index);
		device.start(ring.index, queue);
	}

	/**
	 * The ring in the memory as it is now; null if it is not there.
	 *
	 * @param position where it stands; null if it is to start
	 */
	private Virtqueue open(Vring ring, RingPosition position) {
		if (!RingSetup.isSize(ring.size, features)) {
			misfit(ring, "num=" + ring.size + ", which the features that were set later do not allow");
			return null;
		}
		var setup = RingSetup.find(memory, ring.size, ring.addresses, features, true);
		try {
			if (setup != null) {
				var queue = Virtqueue.open(memory, setup, features, position == null ? beginning(ring, setup) : position);
				// compiled code goes on after a fault and hears of it at its next native call: that must be here, where it
				// is known which ring it was, and not in the middle of the device
				Thread.yield();
				return queue;
			}
		} catch (IllegalArgumentException e) {
			misfit(ring, e.getMessage());
			return null;
		} catch (InternalError e) { // a page beyond the end of a truncated file
			LOG.log(System.Logger.Level.DEBUG, "bus " + bus + ": ring " + ring.index, e);
		}
		if (!unsharedReported)
			LOG.log(System.Logger.Level.ERROR, "bus {0}: ring {1} is not in shared memory; {2}", bus, ring.index,
					memory.isEmpty() ? NOT_SHARED : "the guest's driver has put " + ring.addresses
							+ " where the virtual machine has no memory; restart the driver");
		unsharedReported = true;
		return null;
	}

	/** Said once for each connection: it is found again with each message about the ring, and at each start of the driver. */
	private void misfit(Vring ring, String why) {
		if (!misfitReported)
			LOG.log(System.Logger.Level.ERROR, "bus {0}: ring {1} does not start: {2}", bus, ring.index, why);
		misfitReported = true;
	}

	private RingPosition beginning(Vring ring, RingSetup setup) {
		boolean recovers = recovering.get(ring.index) && !isPacked(); // whose ring does not say it
		return device.resume(ring.index, recovers ? setup.completed() : baseOf(ring));
	}

	/**
	 * No ring runs, and these start next where their used rings in the guest's memory say. That is the truth for a device
	 * that completes in order; Cloud Hypervisor gives another base, behind all that the driver has offered, and the guest
	 * would lose that.
	 */
	void recover(BitSet which) {
		recovering.or(which);
	}

	void stop(Vring ring) {
		if (!ring.running)
			return;
		ring.running = false;
		var position = device.stop(ring.index);
		if (position != null)
			ring.base = position.next();
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
		var queue = open(ring, position);
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

	/** The front-end has named a ring in a message with a descriptor. */
	void give(Vring ring) {
		expectKicks(Math.max(given, ring.index + 1) - given);
		given = Math.max(given, ring.index + 1);
	}

	private void expectKicks(int more) {
		kicksToCome += more;
		Descriptors.kicksToCome(more);
	}

	/** A ring that was given has its kick. */
	void kickCame(Vring ring, int kick) {
		ring.kick = kick;
		expectKicks(-1);
	}

	/** Rings that the front-end has named so. */
	int given() {
		return given;
	}

	long features() {
		return features;
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

	/** Stops all rings, which are as in the beginning but for the lines that the front-end gave them. */
	void reset() {
		pause();
		recovering.clear();
		for (int i = 0; i < LIMIT; i++)
			if (rings[i] != null) {
				closeKick(rings[i]);
				rings[i] = rings[i].renewed(alwaysEnabled);
			}
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
		expectKicks(-kicksToCome);
		given = 0;
		features = 0;
		recovering.clear();
		alwaysEnabled = false;
		unsharedReported = false;
		misfitReported = false;
	}

	void closeKick(Vring ring) {
		if (ring.kick >= 0) {
			loop.unwatch(ring.kick);
			close(ring.kick);
			ring.kick = -1;
			expectKicks(1);
		}
	}

	static void close(int descriptor) {
		if (descriptor >= 0)
			Linux.close(descriptor);
	}
}
