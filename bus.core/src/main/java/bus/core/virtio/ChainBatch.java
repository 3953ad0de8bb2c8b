package bus.core.virtio;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

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

	/** In {@link #chain}: what is beside the id, which has 16 bits, and the slots, which have 32. */
	private static final int SLOTS = 16;
	private static final long WHOLE = 1L << 48;

	/** Of each segment its address here and its length: struct iovec, on the heap until {@link #iovec} is asked for. */
	private final long[] piece;
	/** Of each chain its id, slots and whether it is whole, and its bytes. */
	private final long[] chain;
	private final MemorySegment array;
	private final int capacity;
	private GuestMemory memory = GuestMemory.NONE;
	private int segments;
	private int chains;
	private long total;
	private long chainBytes;
	private int segmentLimit;
	private long skip;
	private int descriptors;

	/**
	 * @param capacity segments it can hold, and so chains
	 */
	public ChainBatch(Arena arena, int capacity) {
		this.array = arena.allocate(JAVA_LONG, 2L * capacity);
		this.piece = new long[2 * capacity];
		this.chain = new long[2 * capacity];
		this.capacity = capacity;
	}

	/** Empties it, for chains in {@code newMemory}. */
	void clear(GuestMemory newMemory, int limit) {
		memory = newMemory;
		segments = 0;
		chains = 0;
		total = 0;
		descriptors = 0;
		segmentLimit = Math.min(limit, capacity);
	}

	boolean isFull() {
		return segments >= segmentLimit || chains >= capacity || descriptors >= ENOUGH_DESCRIPTORS;
	}

	/** So many descriptors were looked at, whether they added anything or not. */
	void looked(int count) {
		descriptors += count;
	}

	/** Begins a chain whose first {@code skipBytes} were consumed before. */
	void begin(long skipBytes) {
		chainBytes = 0;
		skip = skipBytes;
	}

	/**
	 * Adds a buffer, which may reach over several regions, to the chain that was begun.
	 *
	 * @return false if there is no room for all of it
	 * @throws GuestViolationException if it is not all in guest memory
	 */
	boolean add(long guestAddress, long length) {
		long host = skip == 0 && segments < segmentLimit ? memory.find(guestAddress, length) : 0;
		if (host == 0 || length == 0)
			return addInPieces(guestAddress, length);
		put(host, length);
		return true;
	}

	private boolean addInPieces(long guestAddress, long length) {
		long address = guestAddress;
		for (long left = length; left > 0;) {
			int row = memory.rowOf(address);
			if (row < 0)
				throw GuestMemory.outside(address);
			long bytes = Math.min(left, memory.bytesFrom(row, address));
			if (!addPiece(memory.hostAddress(row, address), bytes))
				return false;
			address += bytes;
			left -= bytes;
		}
		return true;
	}

	private boolean addPiece(long address, long length) {
		if (skip >= length) {
			skip -= length;
			return true;
		}
		if (segments >= segmentLimit)
			return false;
		put(address + skip, length - skip);
		skip = 0;
		return true;
	}

	private void put(long address, long length) {
		int at = 2 * segments++;
		piece[at] = address;
		piece[at + 1] = length;
		chainBytes += length;
	}

	/**
	 * Ends the chain that was begun.
	 *
	 * @param chainId what names it when it is given back
	 * @param ringSlots the ring's entries that it takes
	 * @param isWhole whether there was room for all its buffers
	 */
	void end(int chainId, int ringSlots, boolean isWhole) {
		chain[2 * chains] = chainId | (long) ringSlots << SLOTS | (isWhole ? WHOLE : 0);
		chain[2 * chains + 1] = chainBytes;
		chains++;
		total += chainBytes;
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

	int id(int index) {
		return (int) chain[2 * index] & 0xffff;
	}

	int slots(int index) {
		return (int) (chain[2 * index] >>> SLOTS);
	}

	long bytes(int index) {
		return chain[2 * index + 1];
	}

	boolean isWhole(int index) {
		return (chain[2 * index] & WHOLE) != 0;
	}

	/** The address of the iovec array, for readv and writev with {@link #segments} entries. */
	public long iovec() {
		MemorySegment.copy(piece, 0, array, JAVA_LONG, 0, 2 * segments);
		return array.address();
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
			long n = Math.min(piece[2 * i + 1], room - copied);
			int row = memory.rowAt(piece[2 * i]);
			MemorySegment.copy(memory.segment(row), memory.offset(row, piece[2 * i]), target, copied, n);
			copied += n;
		}
		return copied;
	}

	/** Copies the first {@code length} bytes of {@code from}, at most {@link #bytes()}, into guest memory. */
	public void copyFrom(MemorySegment from, long length) {
		long copied = 0;
		for (int i = 0; i < segments && copied < length; i++) {
			long n = Math.min(piece[2 * i + 1], length - copied);
			int row = memory.rowAt(piece[2 * i]);
			MemorySegment.copy(from, copied, memory.segment(row), memory.offset(row, piece[2 * i]), n);
			copied += n;
		}
	}
}
