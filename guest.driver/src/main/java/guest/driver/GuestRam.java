package guest.driver;

import java.lang.foreign.MemorySegment;

/**
 * A piece of guest memory with its guest-physical address, and an allocator that only moves forward.
 *
 * <p>One thread at a time. The memory must be off-heap; it is the caller's and must outlive this object.
 */
public final class GuestRam {
	private final MemorySegment memory;
	private final long base;
	private long next;

	/**
	 * @param memory aligned to what will be allocated in it; a page is always enough
	 * @param base guest-physical address of its first byte
	 */
	public GuestRam(MemorySegment memory, long base) {
		if (!memory.isNative())
			throw new IllegalArgumentException("guest memory must be off-heap: rings are shared with a device");
		this.memory = memory;
		this.base = base;
	}

	public MemorySegment memory() {
		return memory;
	}

	public long base() {
		return base;
	}

	public long size() {
		return memory.byteSize();
	}

	public long free() {
		return memory.byteSize() - next;
	}

	/**
	 * Takes the next free bytes, as they are: nothing is cleared, so untouched pages stay untouched.
	 *
	 * @param alignment of the guest-physical address, a power of two
	 * @throws OutOfGuestMemoryException if they do not fit
	 */
	public MemorySegment allocate(long size, long alignment) {
		long offset = (base + next + alignment - 1 & -alignment) - base;
		if (size < 0 || offset > memory.byteSize() - size)
			throw new OutOfGuestMemoryException(size, memory.byteSize() - next, memory.byteSize());
		next = offset + size;
		return memory.asSlice(offset, size);
	}

	/** Forgets all allocations, as a guest's reboot does. What was allocated must not be used any more. */
	public void reset() {
		next = 0;
	}

	/** The guest-physical address of a part of this memory. */
	public long address(MemorySegment part) {
		long offset = part.address() - memory.address();
		if (offset < 0 || offset > memory.byteSize() - part.byteSize())
			throw new IllegalArgumentException("not a part of this guest memory: " + part);
		return base + offset;
	}

	/** The bytes at a guest-physical address. */
	public MemorySegment at(long address, long size) {
		return memory.asSlice(address - base, size);
	}
}
