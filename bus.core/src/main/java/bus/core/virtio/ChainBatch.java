package bus.core.virtio;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import bus.linux.Iovec;

/**
 * A snapshot of the next chains of a queue: checked, translated, ready for one readv or writev. {@link Virtqueue#fetch}
 * fills it; nothing in it refers to the guest's descriptors any more, so a guest that rewrites them changes nothing.
 *
 * <p>The last chain may be there in part: when it has more buffers than the batch has entries, the rest comes with a
 * later batch. Reused for ever; no method allocates. Thread: the loop that owns it.
 */
public final class ChainBatch {
	/** Descriptors to look at for one batch; the chain that reaches the number is the last one that is begun. */
	static final int ENOUGH_DESCRIPTORS = 4096;

	private final Iovec iovec;
	private final MemorySegment[] source;
	private final long[] sourceOffset;
	private final int[] id;
	private final int[] slots;
	private final long[] bytes;
	private final boolean[] whole;
	private int segments;
	private int chains;
	private long total;
	private int segmentLimit;
	private long skip;
	private int descriptors;

	/**
	 * @param capacity segments it can hold, and so chains
	 */
	public ChainBatch(Arena arena, int capacity) {
		this.iovec = new Iovec(arena, capacity);
		this.source = new MemorySegment[capacity];
		this.sourceOffset = new long[capacity];
		this.id = new int[capacity];
		this.slots = new int[capacity];
		this.bytes = new long[capacity];
		this.whole = new boolean[capacity];
	}

	void clear(int limit) {
		segments = 0;
		chains = 0;
		total = 0;
		descriptors = 0;
		segmentLimit = Math.min(limit, iovec.capacity());
	}

	boolean isFull() {
		return segments >= segmentLimit || chains >= id.length || descriptors >= ENOUGH_DESCRIPTORS;
	}

	/** A descriptor is being looked at, whether it adds anything or not. */
	void look() {
		descriptors++;
	}

	/** Begins a chain whose first {@code skipBytes} were consumed before. */
	void begin(long skipBytes) {
		bytes[chains] = 0;
		skip = skipBytes;
	}

	/**
	 * Adds a buffer, which may reach over several regions, to the chain that was begun.
	 *
	 * @return false if there is no room for all of it
	 * @throws GuestViolationException if it is not all in guest memory
	 */
	boolean add(GuestMemory memory, long guestAddress, long length) {
		long address = guestAddress;
		for (long left = length; left > 0;) {
			int region = memory.regionOf(address);
			if (region < 0)
				throw GuestMemory.outside(address);
			long piece = Math.min(left, memory.bytesFrom(region, address));
			long at = memory.offset(region, address);
			if (!add(memory.segment(region), at, memory.hostAddress(region) + at, piece))
				return false;
			address += piece;
			left -= piece;
		}
		return true;
	}

	private boolean add(MemorySegment region, long offset, long address, long length) {
		if (skip >= length) {
			skip -= length;
			return true;
		}
		if (segments >= segmentLimit)
			return false;
		long rest = length - skip;
		iovec.set(segments, address + skip, rest);
		source[segments] = region;
		sourceOffset[segments] = offset + skip;
		segments++;
		skip = 0;
		bytes[chains] += rest;
		total += rest;
		return true;
	}

	/**
	 * Ends the chain that was begun.
	 *
	 * @param chainId what names it when it is given back
	 * @param ringSlots the ring's entries that it takes
	 * @param isWhole whether there was room for all its buffers
	 */
	void end(int chainId, int ringSlots, boolean isWhole) {
		id[chains] = chainId;
		slots[chains] = ringSlots;
		whole[chains++] = isWhole;
	}

	/** Chains in the batch. */
	public int chains() {
		return chains;
	}

	/** Entries of the iovec array. */
	public int segments() {
		return segments;
	}

	/** Bytes of all chains. */
	public long bytes() {
		return total;
	}

	/** Descriptors that were looked at: what the batch cost, which with empty or wrong buffers is more than it brought. */
	public int descriptors() {
		return descriptors;
	}

	int id(int chain) {
		return id[chain];
	}

	int slots(int chain) {
		return slots[chain];
	}

	long bytes(int chain) {
		return bytes[chain];
	}

	boolean isWhole(int chain) {
		return whole[chain];
	}

	/** The address of the iovec array, for readv and writev with {@link #segments} entries. */
	public long iovec() {
		return iovec.address(0);
	}

	/**
	 * Copies the batch's bytes out of guest memory.
	 *
	 * @return bytes copied: all of them, or as many as {@code target} holds
	 */
	public long copyTo(MemorySegment target) {
		long copied = 0;
		long room = target.byteSize();
		for (int i = 0; i < segments && copied < room; i++) {
			long n = Math.min(iovec.length(i), room - copied);
			MemorySegment.copy(source[i], sourceOffset[i], target, copied, n);
			copied += n;
		}
		return copied;
	}

	/** Copies the first {@code length} bytes of {@code from}, at most {@link #bytes()}, into guest memory. */
	public void copyFrom(MemorySegment from, long length) {
		long copied = 0;
		for (int i = 0; i < segments && copied < length; i++) {
			long n = Math.min(iovec.length(i), length - copied);
			MemorySegment.copy(from, copied, source[i], sourceOffset[i], n);
			copied += n;
		}
	}
}
