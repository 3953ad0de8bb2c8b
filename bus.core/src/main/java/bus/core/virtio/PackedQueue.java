package bus.core.virtio;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * A packed virtqueue (virtio 1.3, section 2.8): one ring, which both sides write. A descriptor belongs to the device when
 * its AVAIL bit is the wrap counter and its USED bit is not; it is given back by making both the same.
 *
 * <pre>
 *   descriptor           0: address u64      8: length u32      12: id u16      14: flags u16
 *   event suppression    0: index 15 bits, wrap 1 bit            2: flags u16, the driver's and the device's alike
 * </pre>
 */
final class PackedQueue extends Virtqueue {
	private static final ValueLayout.OfInt LE32 = ValueLayout.JAVA_INT.withOrder(LITTLE_ENDIAN);
	private static final VarHandle U32 = LE32.varHandle();

	private static final int AVAIL = 1 << 7;
	private static final int USED = 1 << 15;
	private static final int EVENT_DISABLE = 1;
	private static final int EVENT_DESC = 2;
	private static final long HALF = 8;
	private static final long FLAGS = 14;

	private final MemorySegment driverEvent;
	private final MemorySegment deviceEvent;
	/** The first descriptor of the first incomplete chain, and the wrap counter there. */
	private int next;
	private boolean wrap;
	/** The entry that the driver looks at first: it is shown last, and with it all behind it. */
	private int first;
	private long firstEntry;
	private boolean unpublished;
	/** The used entry of the batch that is being completed, and whether the next chain may join it. */
	private int entry;
	private boolean entryWrap;
	private boolean entryOpen;
	/** Descriptors given back since the driver's wish for a call was last looked at. */
	private int uncalled;
	private boolean disarmed;

	PackedQueue(GuestMemory memory, RingSetup setup, long features, RingPosition position) {
		super(memory, setup, features, position.offset());
		this.driverEvent = setup.driver();
		this.deviceEvent = setup.device();
		this.next = position.next() & ~RingPosition.WRAP;
		if (next >= size)
			throw new IllegalArgumentException("base=0x" + Integer.toHexString(position.next())
					+ " in a packed ring of size=" + size);
		// user-mode Linux starts rings of any kind at 0; the counter of one that has never been turned is 1
		this.wrap = (position.next() & RingPosition.WRAP) != 0 || next == 0 && isUnturned();
		deviceEvent.set(LE32, 0, 0); // every kick is welcome until armKick says which
	}

	/** The first position comes back after two turns, with 64 entries after 128 control messages. */
	@Override
	public boolean isFresh() {
		return next == 0 && wrap && (size == 1 || isUnturned());
	}

	/** Whether the last entry was never written to: a driver that begins has cleared its ring, and offers little at first. */
	private boolean isUnturned() {
		long last = (long) DESCRIPTOR * (size - 1);
		return descriptors.get(LE64, last) == 0 && descriptors.get(LE64, last + HALF) == 0;
	}

	@Override
	int next() {
		return position(0);
	}

	/** So many entries from the next one on, fewer than the ring has. */
	private int position(int ahead) {
		int at = next + ahead;
		boolean turn = at < size == wrap;
		return (at < size ? at : at - size) | (turn ? RingPosition.WRAP : 0);
	}

	@Override
	int offered() {
		int at = next;
		boolean turn = wrap;
		int count = 0;
		for (; count < size && isAvailable(at, turn); count++)
			if (++at == size) {
				at = 0;
				turn = !turn;
			}
		return count;
	}

	private boolean isAvailable(int index, boolean turn) {
		int flags = (short) U16.getAcquire(descriptors, (long) DESCRIPTOR * index + FLAGS);
		return (flags & AVAIL) != 0 == turn && (flags & USED) != 0 != turn;
	}

	@Override
	public int fetch(ChainBatch batch, boolean writable, int maxSegments, long maxBytes) {
		batch.clear(memory, maxSegments);
		int at = next;
		boolean turn = wrap;
		long skip = offset();
		int left = isDiscarding() ? condemned() : size;
		while (left > 0 && !batch.isFull() && batch.bytes() < maxBytes && isAvailable(at, turn)) {
			batch.begin(skip);
			int slots = walk(batch, at, writable);
			left -= slots;
			at += slots;
			if (at >= size) {
				at -= size;
				turn = !turn;
			}
			skip = 0;
		}
		return batch.chains();
	}

	/**
	 * Adds the chain that begins at {@code start}, to its end even if the batch is full before: its id is in its last
	 * descriptor, and it ends where the next one begins.
	 *
	 * @return the descriptors it takes
	 */
	private int walk(ChainBatch batch, int start, boolean writable) {
		boolean room = true;
		int index = start;
		for (int slots = 1; slots <= size; slots++) {
			long address = descriptors.get(LE64, (long) DESCRIPTOR * index);
			long word = descriptors.get(LE64, (long) DESCRIPTOR * index + HALF);
			int flags = (int) (word >>> 48);
			if ((flags & INDIRECT) != 0) {
				if (slots > 1 || (flags & NEXT) != 0)
					throw new GuestViolationException("an indirect descriptor within a chain");
				room = walkTable(batch, address, word & 0xffffffffL, writable);
			} else if (room && (flags & WRITE) != 0 == writable) {
				room = batch.add(address, word & 0xffffffffL);
			}
			if ((flags & NEXT) == 0) {
				batch.looked(slots);
				batch.end((int) (word >>> 32) & 0xffff, slots, room);
				return slots;
			}
			if (++index == size)
				index = 0;
		}
		throw new GuestViolationException("a chain of more than size=" + size + " descriptors");
	}

	/** An indirect table (section 2.8.7): all its entries in a row, whatever they say of a next one. */
	private boolean walkTable(ChainBatch batch, long table, long bytes, boolean writable) {
		int entries = (int) (bytes / DESCRIPTOR);
		if (!indirect || bytes % DESCRIPTOR != 0 || entries == 0 || entries > MAX_SIZE)
			throw new GuestViolationException("indirect descriptor with length=" + bytes
					+ (indirect ? "" : ", not negotiated"));
		for (int i = 0; i < entries; i++) {
			long address = memory.read(table + (long) DESCRIPTOR * i);
			long word = memory.read(table + (long) DESCRIPTOR * i + HALF);
			int flags = (int) (word >>> 48);
			if ((flags & INDIRECT) != 0)
				throw new GuestViolationException("an indirect descriptor within an indirect table");
			if ((flags & WRITE) != 0 == writable && !batch.add(address, word & 0xffffffffL)) {
				batch.looked(i + 1);
				return false;
			}
		}
		batch.looked(entries);
		return true;
	}

	@Override
	void complete(int id, int slots, long written, boolean usedUp) {
		if (!entryOpen) {
			entry = next;
			entryWrap = wrap;
		}
		entryOpen = inOrder && usedUp;
		long flags = (entryWrap ? AVAIL | USED : 0) | (written > 0 ? WRITE : 0);
		long word = written & 0xffffffffL | (long) id << 32 | flags << 48;
		if (!unpublished) {
			unpublished = true;
			first = entry;
		}
		if (entry == first)
			firstEntry = word;
		else
			descriptors.set(LE64, (long) DESCRIPTOR * entry + HALF, word);
		advance(slots);
	}

	private void advance(int slots) {
		next += slots;
		if (next >= size) {
			next -= size;
			wrap = !wrap;
		}
		uncalled = Math.min(uncalled + slots, size);
	}

	@Override
	public void publish() {
		if (!unpublished)
			return;
		long at = (long) DESCRIPTOR * first;
		descriptors.set(LE32, at + HALF, (int) firstEntry);
		descriptors.set(LE16, at + HALF + 4, (short) (firstEntry >>> 32));
		U16.setRelease(descriptors, at + FLAGS, (short) (firstEntry >>> 48));
		unpublished = false;
		entryOpen = false;
	}

	@Override
	boolean hasCallDue() {
		int given = uncalled;
		if (given == 0)
			return false;
		uncalled = 0;
		// the store of the flags must be seen before the event is read, or both sides go to sleep
		VarHandle.fullFence();
		int event = driverEvent.get(LE32, 0);
		int flags = event >>> 16 & 3;
		if (!eventIdx || flags != EVENT_DESC)
			return flags != EVENT_DISABLE;
		// one turn back if its wrap counter is not ours; 16-bit arithmetic as in section 2.8.21.3.1
		int index = (event & 0x7fff) - ((event & RingPosition.WRAP) != 0 == wrap ? 0 : size);
		return given == size || (next - index - 1 & 0xffff) < given;
	}

	@Override
	boolean armKick(int entries) {
		if (eventIdx) // index, wrap counter and flags in one store: the driver must not see half of it
			U32.setRelease(deviceEvent, 0L, position(entries - 1) | EVENT_DESC << 16);
		else if (disarmed)
			U32.setRelease(deviceEvent, 0L, 0);
		disarmed = false;
		// the event must be visible before the flags are read again: the driver does it the other way round
		VarHandle.fullFence();
		return isOffering(entries);
	}

	@Override
	void disarmKick() {
		disarmed = true;
		U32.setRelease(deviceEvent, 0L, EVENT_DISABLE << 16);
	}

	@Override
	boolean isOffering(int entries) {
		int at = position(entries - 1);
		return isAvailable(at & ~RingPosition.WRAP, (at & RingPosition.WRAP) != 0);
	}
}
