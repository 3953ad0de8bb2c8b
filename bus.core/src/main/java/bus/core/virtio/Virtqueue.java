package bus.core.virtio;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * The device's side of a virtqueue, strictly in order; the subclass knows how the driver has it laid out.
 *
 * <p>Look first, complete later: {@link #fetch} copies what the driver offers into a {@link ChainBatch} and takes nothing;
 * {@link #consume} and {@link #fill} complete chains as bytes really move. What is not complete stays the queue's, with
 * the number of bytes already consumed of its first chain, so that a port that takes few bytes throttles the guest at the
 * byte and a queue that is stopped gives its exact position back.
 *
 * <p>Thread: the loop that owns the bus. Two subclasses, so that a call of the hot path has at most two targets.
 */
public abstract sealed class Virtqueue permits SplitQueue, PackedQueue {
	/** Sections 2.7 and 2.8: the largest queue. */
	public static final int MAX_SIZE = 32768;

	/** Of a descriptor in either layout: bytes of it, and its flags. */
	static final int DESCRIPTOR = 16;
	static final int NEXT = 1;
	static final int WRITE = 2;
	static final int INDIRECT = 4;

	/** For plain access; rings are aligned, but to have that looked at for each access costs more than the access. */
	static final ValueLayout.OfShort LE16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
	static final ValueLayout.OfLong LE64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);
	/** For ordered access. */
	static final VarHandle U16 = ValueLayout.JAVA_SHORT.withOrder(LITTLE_ENDIAN).varHandle();

	final GuestMemory memory;
	final MemorySegment descriptors;
	final int size;
	final boolean eventIdx;
	final boolean indirect;
	final boolean inOrder;
	private long offset;
	/** Of what the driver has offered, so much from the next chain on is for nobody any more: ring entries. */
	private int condemned;
	/** Somebody looks at the ring while it is {@link #isWaiting waiting}. */
	private boolean watched;
	private boolean waiting;
	/** The driver is not asked for kicks, though the ring was found empty since. */
	private boolean kickless;
	private final Stride stride;

	Virtqueue(GuestMemory memory, RingSetup setup, long features, long offset) {
		this.memory = memory;
		this.descriptors = setup.descriptors();
		this.size = setup.size();
		this.eventIdx = Feature.has(features, Feature.EVENT_IDX);
		this.indirect = Feature.has(features, Feature.INDIRECT_DESC);
		this.inOrder = Feature.has(features, Feature.IN_ORDER);
		this.offset = offset;
		this.stride = new Stride(this);
	}

	/**
	 * Opens a ring at a position.
	 *
	 * @param setup its three parts, in {@code memory}
	 * @param features as negotiated
	 * @throws IllegalArgumentException if the position is none of this ring
	 */
	public static Virtqueue open(GuestMemory memory, RingSetup setup, long features, RingPosition position) {
		return Feature.has(features, Feature.RING_PACKED) ? new PackedQueue(memory, setup, features, position)
				: new SplitQueue(memory, setup, features, position);
	}

	/** Whether this is where the queue of a driver that has just begun stands. */
	public abstract boolean isFresh();

	/** Where the queue stands: the first incomplete chain and the bytes of it that are consumed. */
	public final RingPosition position() {
		return new RingPosition(next(), offset);
	}

	/** The first incomplete chain, as {@link RingPosition#next} has it. */
	abstract int next();

	/** Whether a part of the first chain is consumed. */
	public final boolean isWithinChain() {
		return offset != 0;
	}

	/** Bytes of the first chain that are consumed. */
	final long offset() {
		return offset;
	}

	/** Forgets that a part of the first chain was consumed: a fresh driver has put something else there. */
	public final void forgetOffset() {
		offset = 0;
	}

	/**
	 * Condemns what the driver has offered so far: its reader is gone. {@link #fetch} still brings it, so that it can be
	 * counted and given back, but nothing behind it until then.
	 */
	public final void discardOffered() {
		condemned = offered();
	}

	/** What the driver offers, in ring entries: a driver that lies may make it more than there are. */
	abstract int offered();

	/** Whether the next chain is one of those that nobody is to have any more. */
	public final boolean isDiscarding() {
		return condemned > 0;
	}

	/** How much is condemned, for {@link #condemn} of the queue that goes on with this ring. */
	public final int condemned() {
		return condemned;
	}

	/** Condemns so much from the next chain on, and no more. */
	public final void condemn(int amount) {
		condemned = amount;
	}

	/**
	 * Snapshots the next chains, from the first incomplete one on, without taking them.
	 *
	 * @param writable whether the buffers that the device writes are wanted, or those that it reads; the others of a
	 *        chain are passed over, as section 5.3.6 forbids the driver to put them there
	 * @param maxSegments at most so many entries
	 * @param maxBytes no further chain is begun when so many bytes are reached
	 * @return chains in the batch
	 * @throws GuestViolationException if the driver broke a rule
	 */
	public abstract int fetch(ChainBatch batch, boolean writable, int maxSegments, long maxBytes);

	/** The device read {@code bytes} of the batch: completes the chains that are used up, remembers the rest. */
	public final void consume(ChainBatch batch, long bytes) {
		long left = bytes;
		for (int i = 0; i < batch.chains(); i++) {
			long length = batch.bytes(i);
			if (left < length || !batch.isWhole(i)) {
				offset += left;
				return;
			}
			left -= length;
			offset = 0;
			giveBack(batch, i, 0, true);
		}
	}

	/** The device wrote {@code bytes} into the batch: completes each chain that holds some, the last one short. */
	public final void fill(ChainBatch batch, long bytes) {
		long left = bytes;
		for (int i = 0; i < batch.chains(); i++) {
			long written = Math.min(left, batch.bytes(i));
			if (written == 0 && batch.bytes(i) > 0)
				return;
			giveBack(batch, i, written, written == batch.bytes(i) && batch.isWhole(i));
			left -= written;
		}
	}

	private void giveBack(ChainBatch batch, int chain, long written, boolean usedUp) {
		int slots = batch.slots(chain);
		complete(batch.id(chain), slots, written, usedUp);
		condemned = Math.max(condemned - slots, 0);
	}

	/**
	 * Gives the first chain back; the driver sees it with the next {@link #publish}.
	 *
	 * @param usedUp whether not a byte of it is left over. With IN_ORDER (sections 2.7.9, 2.8.8) one used entry may close a
	 *        batch: it names the last chain and stands where the first one's would; those between count as used up, so that
	 *        a chain that is not must be the last of its batch
	 */
	abstract void complete(int id, int slots, long written, boolean usedUp);

	/** Shows the driver what was completed since the last call, so that it can refill while more is being moved. */
	public abstract void publish();

	/** Whether the driver wants to be told of what was published since this was last asked. */
	abstract boolean hasCallDue();

	/** At the end of a turn: whether the driver is to be told of what was published since this was last asked. */
	public final boolean isCallDue() {
		return stride.isCallWanted() && hasCallDue();
	}

	/** When the driver kicks. */
	public final Stride stride() {
		return stride;
	}

	/**
	 * Asks the driver for a kick when it offers more than was seen. To be called when {@link #fetch} found nothing.
	 *
	 * @return true if the driver has offered more meanwhile, so that the caller must look again
	 */
	public final boolean armKick() {
		return armKick(1);
	}

	/**
	 * Asks the driver for a kick when it has offered so many ring entries; more than one only with EVENT_IDX.
	 *
	 * @return true if it has offered them meanwhile, so that the caller must look again
	 */
	abstract boolean armKick(int entries);

	/** Asks the driver for no kicks. It may do so all the same: with EVENT_IDX once in a while, because indices come back. */
	abstract void disarmKick();

	/** Whether the driver offers something that was not seen yet: one volatile read, no system call. */
	public final boolean isOffering() {
		return isOffering(1);
	}

	/** Whether the driver offers so many ring entries. */
	abstract boolean isOffering(int entries);

	// ---- a ring that is looked at

	/** From now on somebody looks whether it {@link #isOffering} while it is {@link #isWaiting}. */
	public final void watch() {
		watched = true;
		stride.forbid();
	}

	/**
	 * {@link #fetch} found nothing. Of a watched ring that is in use the driver need not kick: it waits for whoever looks
	 * at it. Of any other it must.
	 *
	 * @param active whether the ring has brought something in this turn
	 * @return true if the caller must look again
	 */
	public final boolean awaitMore(boolean active) {
		if (!watched || !active && !kickless)
			return armKick();
		if (!kickless)
			disarmKick();
		kickless = true;
		waiting = true;
		return false;
	}

	/** Whether it waits for somebody who looks at it. */
	public final boolean isWaiting() {
		return waiting;
	}

	/** The ring has its turn, however it came to it. */
	public final void beginTurn() {
		waiting = false;
	}

	/**
	 * Nobody looks any more, the driver has to kick from now on. What it offered after the last look, for which it did not,
	 * {@link #armKick} sees: that stores the wish before it reads the ring, and the driver writes the ring before it reads
	 * the wish, so that one of them sees what the other did.
	 *
	 * @return true if the driver has offered something, so that the queue needs a turn
	 */
	public final boolean rest() {
		waiting = false;
		kickless = false;
		return armKick();
	}
}
