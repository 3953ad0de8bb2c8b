package bus.core.virtio;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * A split virtqueue (virtio 1.3, section 2.7).
 *
 * <pre>
 *   descriptor   0: address u64        8: length u32      12: flags u16      14: next u16
 *   available    0: flags u16          2: index u16        4: ring u16[n]    4+2n: used_event u16
 *   used         0: flags u16          2: index u16        4: ring {id u32, length u32}[n]   4+8n: avail_event u16
 * </pre>
 */
final class SplitQueue extends Virtqueue {
	private static final int NO_INTERRUPT = 1;
	private static final int NO_NOTIFY = 1;
	private static final long INDEX = 2;
	private static final long RING = 4;

	private final MemorySegment available;
	private final MemorySegment used;
	private final int mask;
	private final long usedEvent;
	private final long availEvent;
	private int next;
	private int usedIndex;
	private int published;
	private int called;
	/** The used entry of the batch that is being completed, and whether the next chain may join it. */
	private int entry;
	private boolean entryOpen;
	private boolean disarmed;

	SplitQueue(GuestMemory memory, RingSetup setup, long features, RingPosition position) {
		super(memory, setup, features, position.offset());
		this.mask = size - 1;
		this.available = setup.driver();
		this.used = setup.device();
		this.usedEvent = RING + 2L * size;
		this.availEvent = RING + 8L * size;
		this.next = position.next();
		this.usedIndex = (short) U16.getAcquire(used, INDEX) & 0xffff;
		this.published = usedIndex;
		this.called = usedIndex;
		used.set(LE16, 0, (short) 0); // section 2.7.10.1: with EVENT_IDX it must be 0, and without we want every kick
	}

	/**
	 * The index comes back to 0 after 65536 chains. But then a driver that offers nothing has left a buffer's address in its
	 * first descriptor, and one that has just begun has cleared them all.
	 */
	@Override
	public boolean isFresh() {
		return next == 0 && ((short) U16.getAcquire(available, INDEX) != 0 || descriptors.get(LE64, 0) == 0);
	}

	@Override
	int next() {
		return next;
	}

	@Override
	int offered() {
		return (short) U16.getAcquire(available, INDEX) - next & 0xffff;
	}

	@Override
	public int fetch(ChainBatch batch, boolean writable, int maxSegments, long maxBytes) {
		batch.clear(memory, maxSegments);
		int offered = offered();
		if (offered > size)
			throw new GuestViolationException("avail.idx is " + offered + " ahead of a queue of size=" + size);
		if (isDiscarding())
			offered = Math.min(offered, condemned());
		long skip = offset();
		for (int i = 0; i < offered && !batch.isFull() && batch.bytes() < maxBytes; i++) {
			int head = available.get(LE16, RING + 2L * (next + i & mask)) & 0xffff;
			if (head >= size)
				throw new GuestViolationException("head=" + head + " in a queue of size=" + size);
			batch.begin(skip);
			batch.end(head, 1, walk(batch, head, writable));
			skip = 0;
		}
		return batch.chains();
	}

	/** Adds the buffers of the chain at {@code head}; false if the batch was full before the chain's end. */
	private boolean walk(ChainBatch batch, int head, boolean writable) {
		int index = head;
		for (int count = 1; count <= size; count++) { // more steps than descriptors: the chain bites its tail
			long address = descriptors.get(LE64, (long) DESCRIPTOR * index);
			long word = descriptors.get(LE64, (long) DESCRIPTOR * index + 8);
			int flags = (int) (word >>> 32) & 0xffff;
			if ((flags & INDIRECT) != 0) {
				batch.looked(count);
				return walkTable(batch, address, word, writable);
			}
			boolean room = (flags & WRITE) != 0 != writable || batch.add(address, word & 0xffffffffL);
			if (!room || (flags & NEXT) == 0) {
				batch.looked(count);
				return room;
			}
			index = (int) (word >>> 48);
			if (index >= size)
				throw new GuestViolationException("next=" + index + " in a queue of size=" + size);
		}
		throw new GuestViolationException("a chain of more than size=" + size + " descriptors");
	}

	/** The indirect table that ends a chain (section 2.7.5.3); {@code word} is its descriptor's second half. */
	private boolean walkTable(ChainBatch batch, long table, long word, boolean writable) {
		long bytes = word & 0xffffffffL;
		int entries = (int) (bytes / DESCRIPTOR);
		if (!indirect || (word >>> 32 & NEXT) != 0 || bytes % DESCRIPTOR != 0 || entries == 0 || entries > MAX_SIZE)
			throw new GuestViolationException("indirect descriptor with length=" + bytes + " flags="
					+ (word >>> 32 & 0xffff) + (indirect ? "" : ", not negotiated"));
		int index = 0;
		for (int count = 1; count <= entries; count++) {
			long at = table + (long) DESCRIPTOR * index;
			long address = memory.read(at);
			long entry = memory.read(at + 8);
			int flags = (int) (entry >>> 32) & 0xffff;
			if ((flags & INDIRECT) != 0)
				throw new GuestViolationException("an indirect descriptor within an indirect table");
			boolean room = (flags & WRITE) != 0 != writable || batch.add(address, entry & 0xffffffffL);
			if (!room || (flags & NEXT) == 0) {
				batch.looked(count);
				return room;
			}
			index = (int) (entry >>> 48);
			if (index >= entries)
				throw new GuestViolationException("next=" + index + " in an indirect table of " + entries);
		}
		throw new GuestViolationException("an indirect chain of more than its " + entries + " descriptors");
	}

	@Override
	void complete(int head, int slots, long written, boolean usedUp) {
		if (!entryOpen)
			entry = usedIndex;
		used.set(LE64, RING + 8L * (entry & mask), head | written << 32);
		entryOpen = inOrder && usedUp;
		usedIndex = usedIndex + 1 & 0xffff;
		next = next + 1 & 0xffff;
	}

	@Override
	public void publish() {
		if (usedIndex == published)
			return;
		U16.setRelease(used, INDEX, (short) usedIndex);
		published = usedIndex;
		entryOpen = false;
	}

	@Override
	boolean hasCallDue() {
		int old = called;
		if (published == old)
			return false;
		called = published;
		// the store of the index must be seen before the event is read, or both sides go to sleep (section 2.7.7.2)
		VarHandle.fullFence();
		if (!eventIdx)
			return (available.get(LE16, 0) & NO_INTERRUPT) == 0;
		int event = available.get(LE16, usedEvent) & 0xffff;
		return (published - event - 1 & 0xffff) < (published - old & 0xffff);
	}

	@Override
	boolean armKick(int entries) {
		if (eventIdx)
			U16.setRelease(used, availEvent, (short) (next + entries - 1));
		else if (disarmed)
			U16.setRelease(used, 0L, (short) 0);
		disarmed = false;
		// the event must be visible before the index is read again: the driver does it the other way round
		VarHandle.fullFence();
		return isOffering(entries);
	}

	/** With EVENT_IDX nothing is to be done: the event that was asked for is one of a chain that came since. */
	@Override
	void disarmKick() {
		if (eventIdx)
			return;
		disarmed = true;
		U16.setRelease(used, 0L, (short) NO_NOTIFY);
	}

	@Override
	boolean isOffering(int entries) {
		return offered() >= entries;
	}
}
