package bus.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An array of struct iovec (address, length), for readv and writev. One thread at a time.
 */
public final class Iovec {
	private static final long SIZE = 16;

	private final MemorySegment array;
	private final long address;
	private final int capacity;

	public Iovec(Arena arena, int capacity) {
		this.array = arena.allocate(SIZE * capacity, 8);
		this.address = array.address();
		this.capacity = capacity;
	}

	public int capacity() {
		return capacity;
	}

	public void set(int index, long base, long length) {
		array.set(JAVA_LONG, SIZE * index, base);
		array.set(JAVA_LONG, SIZE * index + 8, length);
	}

	public long base(int index) {
		return array.get(JAVA_LONG, SIZE * index);
	}

	public long length(int index) {
		return array.get(JAVA_LONG, SIZE * index + 8);
	}

	/** The address of entry {@code index}, as readv and writev want it. */
	public long address(int index) {
		return address + SIZE * index;
	}
}
