package guest.driver;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;

/** The driver's side of a packed virtqueue (virtio 1.3, section 2.8), of any size. */
public final class PackedDriverRing implements DriverRing {
	/** Both wrap counters 1, both offsets 0; the available ones in the lower half. */
	private static final int START = PackedRingMemory.WRAP | PackedRingMemory.WRAP << 16;

	private final GuestRam ram;
	private final PackedRingMemory memory;
	private final int size;
	private final boolean eventIdx;
	private final boolean indirect;
	private final boolean inOrder;
	private final long descAddress;
	private final long driverEventAddress;
	private final long deviceEventAddress;
	private final RingCursor available;
	private final RingCursor used;
	/** A stack of ids that no chain has. */
	private final int[] freeIds;
	/** Slots of the ring that a chain takes; 0 for an id that no chain has. */
	private final int[] slots;
	private final long[] writable;
	private final MemorySegment[] tables;
	/** The ids of the outstanding chains as they were added; kept only where the device returns them so. */
	private final int[] order;
	private int oldest;
	private int freeSlots;
	private int outstanding;
	private int unannounced;
	/** Of the used descriptor read last: how many chains it returns that poll has not; the last one; what that has. */
	private int batch;
	private int batchToken;
	private int batchLength;
	private boolean interrupts = true;

	PackedDriverRing(GuestRam ram, int size, long features) {
		if (size < 1 || size > MAX_SIZE)
			throw new IllegalArgumentException("size=" + size + ": 1 to " + MAX_SIZE);
		this.ram = ram;
		this.size = size;
		this.eventIdx = (features & VirtioFeature.EVENT_IDX) != 0;
		this.indirect = (features & VirtioFeature.INDIRECT_DESC) != 0;
		this.inOrder = (features & VirtioFeature.IN_ORDER) != 0;
		this.memory = PackedRingMemory.allocate(ram, size);
		this.descAddress = ram.address(memory.descriptors());
		this.driverEventAddress = ram.address(memory.driverEvent());
		this.deviceEventAddress = ram.address(memory.deviceEvent());
		this.available = new RingCursor(size);
		this.used = new RingCursor(size);
		this.freeIds = new int[size];
		this.slots = new int[size];
		this.writable = new long[size];
		this.tables = new MemorySegment[size];
		this.order = new int[size];
		this.freeSlots = size;
		Arrays.setAll(freeIds, i -> size - 1 - i);
		if (eventIdx)
			askForCall();
	}

	@Override
	public int size() {
		return size;
	}

	@Override
	public long descAddress() {
		return descAddress;
	}

	@Override
	public long availAddress() {
		return driverEventAddress;
	}

	@Override
	public long usedAddress() {
		return deviceEventAddress;
	}

	@Override
	public int startBase() {
		return START;
	}

	/** Every field of the ring, for tests that lie. */
	public PackedRingMemory memory() {
		return memory;
	}

	@Override
	public int freeDescriptors() {
		return freeSlots;
	}

	@Override
	public int outstanding() {
		return outstanding;
	}

	@Override
	public int add(List<MemorySegment> readable, List<MemorySegment> writables) {
		var chain = new BufferChain(readable, writables);
		boolean table = indirect && chain.count() > 1;
		int needed = table ? 1 : chain.count();
		if (needed > freeSlots)
			return FULL;
		int id = freeIds[size - outstanding - 1];
		if (table)
			describeIndirect(id, chain);
		else
			describeDirect(id, chain);
		slots[id] = needed;
		writable[id] = chain.room();
		order[(oldest + outstanding) % size] = id;
		freeSlots -= needed;
		outstanding++;
		unannounced = Math.min(unannounced + needed, size);
		return id;
	}

	private void describeDirect(int id, BufferChain chain) {
		int first = available.slot();
		int firstFlags = flags(chain, 0) | availableFlags();
		describe(first, chain.part(0), id);
		available.advance(1);
		for (int i = 1; i < chain.count(); i++) {
			describe(available.slot(), chain.part(i), id);
			memory.descriptorFlags(available.slot(), flags(chain, i) | availableFlags());
			available.advance(1);
		}
		memory.descriptorFlags(first, firstFlags); // last: with it the device may take the whole chain
	}

	private void describe(int slot, MemorySegment part, int id) {
		memory.descriptorAddress(slot, ram.address(part));
		memory.descriptorLength(slot, Math.toIntExact(part.byteSize()));
		memory.descriptorId(slot, id);
	}

	private static int flags(BufferChain chain, int part) {
		return (chain.isWritable(part) ? PackedRingMemory.WRITE : 0)
				| (part + 1 < chain.count() ? PackedRingMemory.NEXT : 0);
	}

	private int availableFlags() {
		return available.wrap() ? PackedRingMemory.AVAIL : PackedRingMemory.USED;
	}

	/** In a table the entries follow each other without NEXT, and WRITE is the only flag (2.8.7). */
	private void describeIndirect(int id, BufferChain chain) {
		long bytes = (long) PackedRingMemory.DESCRIPTOR_SIZE * chain.count();
		if (tables[id] == null || tables[id].byteSize() < bytes)
			tables[id] = ram.allocate(bytes, PackedRingMemory.DESCRIPTOR_SIZE);
		for (int i = 0; i < chain.count(); i++)
			PackedRingMemory.descriptor(tables[id], i, ram.address(chain.part(i)), chain.length(i), 0,
					chain.isWritable(i) ? PackedRingMemory.WRITE : 0);
		memory.descriptor(available.slot(), ram.address(tables[id]), (int) bytes, id,
				PackedRingMemory.INDIRECT | availableFlags());
		available.advance(1);
	}

	@Override
	public boolean kickNeeded() {
		// the device reads the flags after it has written its wish: both sides need their write seen before their read
		VarHandle.fullFence();
		int added = unannounced;
		unannounced = 0;
		int wish = memory.deviceEventFlags();
		if (added == 0 || wish == PackedRingMemory.EVENTS_DISABLE)
			return false;
		if (wish != PackedRingMemory.EVENTS_AT || !eventIdx)
			return true;
		int distance = available.distanceFrom(memory.deviceEventOffset());
		return distance > 0 && distance <= added || added == size; // after a whole turn nothing is certain
	}

	@Override
	public boolean hasUsed() {
		if (batch > 0)
			return true;
		int bothBits = PackedRingMemory.AVAIL | PackedRingMemory.USED;
		return (memory.descriptorFlags(used.slot()) & bothBits) == (used.wrap() ? bothBits : 0);
	}

	@Override
	public Used poll() {
		if (!hasUsed())
			return null;
		if (batch == 0)
			readDescriptor();
		int token = inOrder ? order[oldest] : batchToken;
		batch--;
		var answer = new Used(token, batch == 0 ? batchLength : (int) writable[token]);
		used.advance(slots[token]);
		release(token);
		if (batch == 0 && interrupts && eventIdx) {
			memory.driverEventOffset(used.encoded());
			VarHandle.fullFence(); // the wish must be seen before the next look at the ring, or a call is missed
		}
		return answer;
	}

	private void readDescriptor() {
		int slot = used.slot();
		int token = memory.descriptorId(slot);
		// without WRITE nothing was written, and the length says nothing (2.8.5)
		long length = (memory.descriptorFlags(slot) & PackedRingMemory.WRITE) != 0
				? Integer.toUnsignedLong(memory.descriptorLength(slot)) : 0;
		if (token >= size || slots[token] == 0)
			throw new DeviceViolationException("used id=" + token + " len=" + length + " at slot=" + slot
					+ ": the device does not have that chain");
		if (length > writable[token])
			throw new DeviceViolationException("used id=" + token + " len=" + length + " at slot=" + slot
					+ ": the chain has room for " + writable[token]);
		batch = 1;
		while (inOrder && order[(oldest + batch - 1) % size] != token)
			batch++; // ends, for the token is outstanding
		batchToken = token;
		batchLength = (int) length;
	}

	private void release(int id) {
		freeSlots += slots[id];
		slots[id] = 0;
		outstanding--;
		freeIds[size - outstanding - 1] = id;
		oldest = (oldest + 1) % size;
	}

	@Override
	public boolean enableInterrupts() {
		interrupts = true;
		if (eventIdx)
			askForCall();
		else
			memory.driverEventFlags(PackedRingMemory.EVENTS_ENABLE);
		VarHandle.fullFence();
		return hasUsed();
	}

	private void askForCall() {
		memory.driverEventOffset(used.encoded());
		memory.driverEventFlags(PackedRingMemory.EVENTS_AT);
	}

	@Override
	public void disableInterrupts() {
		interrupts = false;
		memory.driverEventFlags(PackedRingMemory.EVENTS_DISABLE);
	}
}
