package bus.core.console;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

import bus.core.virtio.GuestViolationException;
import bus.core.virtio.RingPosition;
import bus.core.virtio.Virtqueue;

/** The queues of a device: which of them run, which wait for a turn, and which the guest broke. Loop thread. */
final class Queues {

	/** Does the work of a queue whose turn it is. */
	interface Server {
		/**
		 * @return whether the queue wants another turn
		 */
		boolean serve(int queue, Virtqueue ring, Scratch scratch);
	}

	private static final int ALL = Integer.MAX_VALUE;

	private final String bus;
	private final Loop loop;
	private final Transport transport;
	private final GuestLog log;
	private final Server server;
	private final Virtqueue[] rings;
	private final WorkQueue work;
	private final BitSet broken = new BitSet();
	/** Where each queue stood within a chain when it was stopped; null if it did not, or if a fresh driver has come since. */
	private final RingPosition[] begun;
	/** Of queues that are stopped, how much nobody is to have, or {@link #ALL} if their reader went meanwhile. */
	private final int[] condemned;
	/** There is a driver that may go on: before one has come, nobody can have offered anything. */
	private boolean paused;
	/** Whose drivers do not kick for each chain: the clock ticks for these. */
	private final BitSet strides = new BitSet();
	/** Null if no ring is looked at without a kick. */
	private HotQueues hot;
	/** Null if nobody takes notes. */
	private Recorder recorder;
	/** Queues that the recorder takes to be within a chain. */
	private final BitSet noted = new BitSet();

	Queues(String bus, int count, Loop loop, Transport transport, GuestLog log, Server server) {
		this.bus = bus;
		this.loop = loop;
		this.transport = transport;
		this.log = log;
		this.server = server;
		this.rings = new Virtqueue[count];
		this.begun = new RingPosition[count];
		this.condemned = new int[count];
		this.work = new WorkQueue(count);
	}

	int count() {
		return rings.length;
	}

	void start(int queue, Virtqueue ring) {
		begun[queue] = null;
		broken.clear(queue);
		rings[queue] = ring;
		show(ring);
		if (condemned[queue] > 0) {
			discardOffered(queue);
			ring.condemn(Math.min(condemned[queue], ring.condemned())); // less is there if it starts at another place
		}
		condemned[queue] = 0;
		kick(queue);
	}

	/** Answers where the queue stood, or null if it was not started. */
	RingPosition stop(int queue) {
		settle(queue);
		var position = position(queue);
		if (position != null && position.offset() > 0)
			begun[queue] = position;
		if (rings[queue] != null) {
			condemned[queue] = rings[queue].condemned();
			paused = true;
		}
		rings[queue] = null;
		return position;
	}

	/** Where a queue is to begin whose first incomplete chain is {@code next}: within that, if it stopped there. */
	RingPosition resume(int queue, int next) {
		boolean within = begun[queue] != null && begun[queue].next() == next;
		return within ? begun[queue] : new RingPosition(next, 0);
	}

	/** The queues that were stopped within a chain. */
	List<DeviceState.Begun> begun() {
		var list = new ArrayList<DeviceState.Begun>();
		for (int queue = 0; queue < begun.length; queue++)
			if (begun[queue] != null)
				list.add(new DeviceState.Begun(queue, begun[queue]));
		return list;
	}

	/** Puts others in their place; no queue runs. Queues that the device does not have do not matter to it. */
	void begin(List<DeviceState.Begun> others) {
		paused = true;
		Arrays.fill(begun, null);
		for (var other : others)
			if (other.queue() < begun.length)
				begun[other.queue()] = other.position();
	}

	void record(Recorder newRecorder) {
		recorder = newRecorder;
		noted.set(0, rings.length, newRecorder != null); // what it has from before is put right when a queue has its turn
	}

	/** Nobody will know any more what its driver was not told of yet; a call too many does no harm (section 2.7.7.1). */
	private void settle(int queue) {
		if (rings[queue] != null && rings[queue].stride().isLong())
			transport.call(queue);
	}

	private void note(int queue, RingPosition position) {
		noted.set(queue, position.offset() > 0);
		recorder.begun(queue, position);
	}

	/** Has rings looked at that are in use, instead of being kicked for them; before any is started. */
	Loop.Sight watch() {
		hot = new HotQueues(this, rings.length);
		return hot;
	}

	private void show(Virtqueue ring) {
		if (hot != null)
			ring.watch();
	}

	/** The queue's ring, if it waits for somebody who looks at it; else null. */
	Virtqueue waiting(int queue) {
		var ring = rings[queue];
		return ring != null && ring.isWaiting() && !broken.get(queue) ? ring : null;
	}

	boolean isAnyStarted() {
		for (var ring : rings)
			if (ring != null)
				return true;
		return false;
	}

	RingPosition position(int queue) {
		return rings[queue] == null ? null : rings[queue].position();
	}

	/** The same ring in other memory, or at another place in it. What broke it has not gone away with that. */
	void replace(int queue, Virtqueue ring) {
		settle(queue);
		ring.condemn(rings[queue].condemned());
		rings[queue] = ring;
		show(ring);
		kick(queue);
	}

	/** A fresh driver has put something else where a queue stood within a chain, also in the queues it starts later. */
	void forgetOffsets() {
		Arrays.fill(begun, null);
		forgetCondemned();
		paused = false;
		for (var ring : rings)
			if (ring != null) {
				ring.forgetOffset();
				ring.condemn(0);
			}
		for (int queue = noted.nextSetBit(0); queue >= 0; queue = noted.nextSetBit(queue + 1))
			note(queue, new RingPosition(0, 0));
	}

	/** Another driver's chains are where those were whose reader went. */
	void forgetCondemned() {
		Arrays.fill(condemned, 0);
	}

	void forgetBroken() {
		broken.clear();
	}

	boolean isBroken() {
		return !broken.isEmpty();
	}

	void kick(int queue) {
		if (rings[queue] == null)
			return;
		work.add(queue);
		loop.requestTurn();
	}

	void kickAll() {
		for (int queue = 0; queue < rings.length; queue++)
			kick(queue);
	}

	/** Nobody is to have what the driver has offered so far. */
	void discardOffered(int queue) {
		if (rings[queue] == null && paused)
			condemned[queue] = ALL;
		if (rings[queue] == null || broken.get(queue))
			return;
		try {
			rings[queue].discardOffered();
		} catch (InternalError e) {
			latch(queue, gone(e));
		}
		kick(queue);
	}

	/**
	 * Serves each waiting queue once.
	 *
	 * @return whether queues wait again
	 */
	boolean turn(Scratch scratch) {
		for (int n = work.size(); n > 0; n--) {
			int queue = work.take();
			try {
				serve(queue, scratch);
			} catch (GuestViolationException | GuestMemoryGoneException e) {
				latch(queue, "the guest broke a rule: " + e.getMessage());
			} catch (InternalError | IndexOutOfBoundsException e) {
				latch(queue, gone(e));
			}
		}
		return work.size() > 0;
	}

	/** A page beyond the end of a truncated file: the JVM says so with an error, a little after the access. */
	private static String gone(Throwable e) {
		return "its memory is gone: " + e.getMessage();
	}

	private void serve(int queue, Scratch scratch) {
		var ring = rings[queue];
		if (ring == null || broken.get(queue))
			return;
		ring.beginTurn();
		boolean again = server.serve(queue, ring, scratch);
		ring.publish();
		if (recorder != null && (ring.isWithinChain() || noted.get(queue)))
			note(queue, ring.position());
		if (ring.isCallDue())
			transport.call(queue);
		if (again)
			work.add(queue);
		if (ring.stride().isLong() && !strides.get(queue)) {
			strides.set(queue);
			loop.requestTick();
		}
		if (hot != null && ring.isWaiting())
			hot.add(queue, ring);
	}

	/** Gives a turn to queues whose drivers may wait for one without a kick. */
	void tick() {
		for (int queue = strides.nextSetBit(0); queue >= 0; queue = strides.nextSetBit(queue + 1)) {
			var ring = rings[queue];
			if (ring == null || !ring.stride().isLong())
				strides.clear(queue);
			else if (ring.stride().isLate())
				kick(queue);
		}
		if (!strides.isEmpty())
			loop.requestTick();
	}

	/** Its memory went while it was looked at. */
	void lost(int queue, InternalError e) {
		latch(queue, gone(e));
	}

	private void latch(int queue, String what) {
		broken.set(queue);
		log.log(System.Logger.Level.ERROR, "bus " + bus + ": queue " + queue + " stopped, " + what
				+ "; it works again when the guest's driver starts anew");
		transport.error(queue);
	}
}
