package guest.driver;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;

/**
 * The driver's side of a split virtqueue: gives chains of buffers to the device and takes them back.
 *
 * <p>One thread at a time. Needs no kernel: the memory may be any off-heap memory, and kicks and calls are the
 * caller's. What the device returns is checked; a lie throws {@link DeviceViolationException}. To lie to the device,
 * write through {@link #memory()}.
 */
public final class DriverRing {
	/** What {@link #add} answers when descriptors are short: nothing was added. */
	public static final int FULL = -1;
	/** Of virtio; the device has no larger ring. */
	public static final int MAX_SIZE = 32768;

	/**
	 * A chain that came back.
	 *
	 * @param token what {@link DriverRing#add} answered
	 * @param length bytes the device says it has written, at most what it was given
	 */
	public record Used(int token, int length) {
	}

	private final GuestRam ram;
	private final RingMemory memory;
	private final int size;
	private final boolean eventIdx;
	private final boolean indirect;
	private final long descAddress;
	private final long availAddress;
	private final long usedAddress;
	/** Free descriptors are linked through their next fields; this is kept apart as the device could see the table. */
	private final int[] nextFree;
	private final int[] chainLength;
	private final long[] writable;
	private final MemorySegment[] tables;
	private int firstFree;
	private int freeCount;
	private int available;
	private int announced;
	private int lastUsed;
	private boolean interrupts = true;

	/**
	 * Makes an empty ring in freshly allocated memory.
	 *
	 * @param size a power of two up to {@link #MAX_SIZE}
	 * @param eventIdx VIRTIO_F_EVENT_IDX was negotiated
	 * @param indirect VIRTIO_F_INDIRECT_DESC was negotiated; chains of more than one buffer use it
	 */
	public DriverRing(GuestRam ram, int size, boolean eventIdx, boolean indirect) {
		if (size < 1 || size > MAX_SIZE || Integer.bitCount(size) != 1)
			throw new IllegalArgumentException("size=" + size + ": a power of two up to " + MAX_SIZE);
		this.ram = ram;
		this.size = size;
		this.eventIdx = eventIdx;
		this.indirect = indirect;
		this.memory = RingMemory.allocate(ram, size);
		this.descAddress = ram.address(memory.descriptors());
		this.availAddress = ram.address(memory.available());
		this.usedAddress = ram.address(memory.used());
		this.nextFree = new int[size];
		this.chainLength = new int[size];
		this.writable = new long[size];
		this.tables = new MemorySegment[size];
		this.freeCount = size;
		Arrays.setAll(nextFree, i -> i + 1);
	}

	public int size() {
		return size;
	}

	/** Guest-physical address of the descriptor table. */
	public long descAddress() {
		return descAddress;
	}

	/** Guest-physical address of the available ring. */
	public long availAddress() {
		return availAddress;
	}

	/** Guest-physical address of the used ring. */
	public long usedAddress() {
		return usedAddress;
	}

	/** Every field of the ring, for tests that lie. */
	public RingMemory memory() {
		return memory;
	}

	/** Descriptors that {@link #add} can still take. */
	public int freeDescriptors() {
		return freeCount;
	}

	/** Chains that are with the device, or returned and not yet polled. */
	public int outstanding() {
		int chains = 0;
		for (int length : chainLength)
			chains += length > 0 ? 1 : 0;
		return chains;
	}

	/**
	 * Gives a chain to the device; it is visible at once. Ask {@link #kickNeeded} after the last of a batch.
	 *
	 * @param readable what the device reads; parts of the ring's {@link GuestRam}
	 * @param writables where the device writes
	 * @return the token that comes back with {@link #poll}, the head of the chain; {@link #FULL} if it does not fit
	 */
	public int add(List<MemorySegment> readable, List<MemorySegment> writables) {
		int count = readable.size() + writables.size();
		if (count == 0)
			throw new IllegalArgumentException("a chain has at least one buffer");
		boolean table = indirect && count > 1;
		int needed = table ? 1 : count;
		if (needed > freeCount)
			return FULL;
		int head = firstFree;
		if (table)
			describeIndirect(head, readable, writables);
		else
			describeDirect(readable, writables);
		chainLength[head] = needed;
		writable[head] = 0;
		for (var part : writables)
			writable[head] += part.byteSize();
		freeCount -= needed;
		memory.availRing(available & size - 1, head);
		available = available + 1 & 0xffff;
		memory.availIdx(available);
		return head;
	}

	private void describeDirect(List<MemorySegment> readable, List<MemorySegment> writables) {
		int count = readable.size() + writables.size();
		int at = firstFree;
		for (int i = 0; i < count; i++) {
			int next = nextFree[at];
			describe(memory.descriptors(), at, part(readable, writables, i), i >= readable.size(),
					i + 1 < count ? next : -1);
			at = next;
		}
		firstFree = at;
	}

	private void describeIndirect(int head, List<MemorySegment> readable, List<MemorySegment> writables) {
		int count = readable.size() + writables.size();
		long bytes = (long) RingMemory.DESCRIPTOR_SIZE * count;
		if (tables[head] == null || tables[head].byteSize() < bytes)
			tables[head] = ram.allocate(bytes, RingMemory.DESCRIPTOR_SIZE);
		for (int i = 0; i < count; i++)
			describe(tables[head], i, part(readable, writables, i), i >= readable.size(), i + 1 < count ? i + 1 : -1);
		memory.descriptor(head, ram.address(tables[head]), (int) bytes, RingMemory.INDIRECT, 0);
		firstFree = nextFree[head];
	}

	private static MemorySegment part(List<MemorySegment> readable, List<MemorySegment> writables, int index) {
		return index < readable.size() ? readable.get(index) : writables.get(index - readable.size());
	}

	private void describe(MemorySegment table, int index, MemorySegment part, boolean write, int next) {
		int flags = (write ? RingMemory.WRITE : 0) | (next >= 0 ? RingMemory.NEXT : 0);
		RingMemory.descriptor(table, index, ram.address(part), Math.toIntExact(part.byteSize()), flags,
				Math.max(next, 0));
	}

	/** Whether the device wants to hear of what was added since the last call of this method. */
	public boolean kickNeeded() {
		// the device reads avail.idx after it has written its wish: both sides need their write seen before their read
		VarHandle.fullFence();
		int old = announced;
		announced = available;
		if (eventIdx)
			return passed(memory.availEvent(), available, old);
		return old != available && (memory.usedFlags() & RingMemory.NO_NOTIFY) == 0;
	}

	/** Whether an index that went from {@code old} to {@code now} has gone past {@code event} (virtio 1.2, 2.7.10). */
	static boolean passed(int event, int now, int old) {
		return (now - event - 1 & 0xffff) < (now - old & 0xffff);
	}

	/** Whether {@link #poll} has something. */
	public boolean hasUsed() {
		return memory.usedIdx() != lastUsed;
	}

	/**
	 * Takes one returned chain.
	 *
	 * @return null if there is none; then the device will call for the next one, unless interrupts are disabled
	 * @throws DeviceViolationException if the device returns what it does not have, or claims to have written too much
	 */
	public Used poll() {
		int idx = memory.usedIdx();
		if (idx == lastUsed)
			return null;
		int pending = idx - lastUsed & 0xffff;
		if (pending > size)
			throw new DeviceViolationException("used idx=" + idx + " runs " + pending + " ahead of " + lastUsed
					+ " in a ring of size=" + size);
		int slot = lastUsed & size - 1;
		int token = memory.usedId(slot);
		long length = Integer.toUnsignedLong(memory.usedLength(slot));
		if (token < 0 || token >= size || chainLength[token] == 0)
			throw new DeviceViolationException("used id=" + Integer.toUnsignedString(token) + " len=" + length
					+ " at idx=" + lastUsed + ": the device does not have that chain");
		if (length > writable[token])
			throw new DeviceViolationException("used id=" + token + " len=" + length + " at idx=" + lastUsed
					+ ": the chain has room for " + writable[token]);
		release(token);
		lastUsed = lastUsed + 1 & 0xffff;
		if (interrupts && eventIdx) {
			memory.usedEvent(lastUsed);
			VarHandle.fullFence(); // the wish must be seen before the next look at used.idx, or a call is missed
		}
		return new Used(token, (int) length);
	}

	private void release(int head) {
		int last = head;
		for (int i = 1; i < chainLength[head]; i++)
			last = nextFree[last];
		nextFree[last] = firstFree;
		firstFree = head;
		freeCount += chainLength[head];
		chainLength[head] = 0;
	}

	/**
	 * Asks the device to call for the next returned chain.
	 *
	 * @return true if one has come back already, for which no call need come
	 */
	public boolean enableInterrupts() {
		interrupts = true;
		if (eventIdx)
			memory.usedEvent(lastUsed);
		else
			memory.availFlags(0);
		VarHandle.fullFence();
		return hasUsed();
	}

	/** Asks the device not to call; calls may come all the same. */
	public void disableInterrupts() {
		interrupts = false;
		if (eventIdx)
			memory.usedEvent(lastUsed - 1); // a whole turn of the index away
		else
			memory.availFlags(RingMemory.NO_INTERRUPT);
	}

	/** The index up to which {@link #poll} has come; the base that a device has to resume from when it is idle. */
	public int lastUsed() {
		return lastUsed;
	}
}
