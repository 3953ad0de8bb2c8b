package guest.driver;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;

/** The driver's side of a split virtqueue (virtio 1.3, section 2.7). */
public final class SplitDriverRing implements DriverRing {
	private final GuestRam ram;
	private final SplitRingMemory memory;
	private final int size;
	private final boolean eventIdx;
	private final boolean indirect;
	private final boolean inOrder;
	private final long descAddress;
	private final long availAddress;
	private final long usedAddress;
	/** Free descriptors are linked through their next fields; this is kept apart as the device could see the table. */
	private final int[] nextFree;
	private final int[] chainLength;
	private final long[] writable;
	private final MemorySegment[] tables;
	/** What the available ring was given, for the device could have written to that. */
	private final int[] heads;
	private int firstFree;
	private int freeCount;
	private int outstanding;
	private int available;
	private int announced;
	private int lastUsed;
	/** Of the used entry read last: how many chains it returns that poll has not; the last one; what that has. */
	private int batch;
	private int batchToken;
	private int batchLength;
	private boolean interrupts = true;

	SplitDriverRing(GuestRam ram, int size, long features) {
		if (size < 1 || size > MAX_SIZE || Integer.bitCount(size) != 1)
			throw new IllegalArgumentException("size=" + size + ": a power of two up to " + MAX_SIZE);
		this.ram = ram;
		this.size = size;
		this.eventIdx = (features & VirtioFeature.EVENT_IDX) != 0;
		this.indirect = (features & VirtioFeature.INDIRECT_DESC) != 0;
		this.inOrder = (features & VirtioFeature.IN_ORDER) != 0;
		this.memory = SplitRingMemory.allocate(ram, size);
		this.descAddress = ram.address(memory.descriptors());
		this.availAddress = ram.address(memory.available());
		this.usedAddress = ram.address(memory.used());
		this.nextFree = new int[size];
		this.chainLength = new int[size];
		this.writable = new long[size];
		this.tables = new MemorySegment[size];
		this.heads = new int[size];
		this.freeCount = size;
		Arrays.setAll(nextFree, i -> i + 1 & size - 1);
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
		return availAddress;
	}

	@Override
	public long usedAddress() {
		return usedAddress;
	}

	@Override
	public int startBase() {
		return 0;
	}

	/** Every field of the ring, for tests that lie. */
	public SplitRingMemory memory() {
		return memory;
	}

	@Override
	public int freeDescriptors() {
		return freeCount;
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
		if (needed > freeCount)
			return FULL;
		int head = firstFree;
		if (table)
			describeIndirect(head, chain);
		else
			describeDirect(chain);
		chainLength[head] = needed;
		writable[head] = chain.room();
		freeCount -= needed;
		outstanding++;
		heads[available & size - 1] = head;
		memory.availRing(available & size - 1, head);
		available = available + 1 & 0xffff;
		memory.availIdx(available);
		return head;
	}

	private void describeDirect(BufferChain chain) {
		int at = firstFree;
		for (int i = 0; i < chain.count(); i++) {
			int next = nextFree[at];
			describe(memory.descriptors(), at, chain, i, next);
			at = next;
		}
		firstFree = at;
	}

	private void describeIndirect(int head, BufferChain chain) {
		long bytes = (long) SplitRingMemory.DESCRIPTOR_SIZE * chain.count();
		if (tables[head] == null || tables[head].byteSize() < bytes)
			tables[head] = ram.allocate(bytes, SplitRingMemory.DESCRIPTOR_SIZE);
		for (int i = 0; i < chain.count(); i++)
			describe(tables[head], i, chain, i, i + 1);
		memory.descriptor(head, ram.address(tables[head]), (int) bytes, SplitRingMemory.INDIRECT, 0);
		firstFree = nextFree[head];
	}

	private void describe(MemorySegment table, int index, BufferChain chain, int part, int next) {
		boolean more = part + 1 < chain.count();
		int flags = (chain.isWritable(part) ? SplitRingMemory.WRITE : 0) | (more ? SplitRingMemory.NEXT : 0);
		SplitRingMemory.descriptor(table, index, ram.address(chain.part(part)), chain.length(part), flags,
				more ? next : 0);
	}

	@Override
	public boolean kickNeeded() {
		// the device reads avail.idx after it has written its wish: both sides need their write seen before their read
		VarHandle.fullFence();
		int old = announced;
		announced = available;
		if (eventIdx)
			return passed(memory.availEvent(), available, old);
		return old != available && (memory.usedFlags() & SplitRingMemory.NO_NOTIFY) == 0;
	}

	/** Whether an index that went from {@code old} to {@code now} has gone past {@code event} (virtio 1.3, 2.7.10). */
	static boolean passed(int event, int now, int old) {
		return (now - event - 1 & 0xffff) < (now - old & 0xffff);
	}

	@Override
	public boolean hasUsed() {
		return memory.usedIdx() != lastUsed;
	}

	@Override
	public Used poll() {
		int idx = memory.usedIdx();
		if (idx == lastUsed)
			return null;
		int pending = idx - lastUsed & 0xffff;
		if (pending > size)
			throw new DeviceViolationException("used idx=" + idx + " runs " + pending + " ahead of " + lastUsed
					+ " in a ring of size=" + size);
		if (batch == 0)
			readEntry(pending);
		int token = inOrder ? heads[lastUsed & size - 1] : batchToken;
		batch--;
		var used = new Used(token, batch == 0 ? batchLength : (int) writable[token]);
		release(token);
		lastUsed = lastUsed + 1 & 0xffff;
		if (batch == 0 && interrupts && eventIdx) {
			memory.usedEvent(lastUsed);
			VarHandle.fullFence(); // the wish must be seen before the next look at used.idx, or a call is missed
		}
		return used;
	}

	private void readEntry(int pending) {
		int slot = lastUsed & size - 1;
		int token = memory.usedId(slot);
		long length = Integer.toUnsignedLong(memory.usedLength(slot));
		if (token < 0 || token >= size || chainLength[token] == 0)
			throw new DeviceViolationException("used id=" + Integer.toUnsignedString(token) + " len=" + length
					+ " at idx=" + lastUsed + ": the device does not have that chain");
		if (length > writable[token])
			throw new DeviceViolationException("used id=" + token + " len=" + length + " at idx=" + lastUsed
					+ ": the chain has room for " + writable[token]);
		int chains = 1;
		while (inOrder && heads[lastUsed + chains - 1 & size - 1] != token)
			chains++; // ends, for the token is outstanding, and in order those are the next ones
		if (chains > pending)
			throw new DeviceViolationException("used id=" + token + " at idx=" + lastUsed + " ends a batch of " + chains
					+ " chains, but idx has moved on by " + pending);
		batch = chains;
		batchToken = token;
		batchLength = (int) length;
	}

	private void release(int head) {
		freeCount += chainLength[head];
		outstanding--;
		if (!inOrder) { // in order the free ones follow each other already, as 2.7.5.2 wants the table used
			int last = head;
			for (int i = 1; i < chainLength[head]; i++)
				last = nextFree[last];
			nextFree[last] = firstFree;
			firstFree = head;
		}
		chainLength[head] = 0;
	}

	@Override
	public boolean enableInterrupts() {
		interrupts = true;
		if (eventIdx)
			memory.usedEvent(lastUsed);
		else
			memory.availFlags(0);
		VarHandle.fullFence();
		return hasUsed();
	}

	@Override
	public void disableInterrupts() {
		interrupts = false;
		if (eventIdx)
			memory.usedEvent(lastUsed - 1); // a whole turn of the index away
		else
			memory.availFlags(SplitRingMemory.NO_INTERRUPT);
	}

	/** The index up to which {@link #poll} has come; the base that a device has to resume from when it is idle. */
	public int lastUsed() {
		return lastUsed;
	}
}
