package guest.driver;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Buffers in guest memory that come back: powers of two, of which it keeps what it was given. */
final class BufferPool {
	private static final int SMALLEST = 6;

	private final GuestRam ram;
	private final List<Deque<MemorySegment>> free = new ArrayList<>();

	BufferPool(GuestRam ram) {
		this.ram = ram;
	}

	/** A buffer of exactly {@code size} bytes; return it with {@link #give}. */
	MemorySegment take(int size) {
		int order = order(size);
		while (free.size() <= order)
			free.add(new ArrayDeque<>());
		var buffer = free.get(order).poll();
		if (buffer == null)
			buffer = ram.allocate(1L << order, 1L << SMALLEST);
		return size == buffer.byteSize() ? buffer : buffer.asSlice(0, size);
	}

	void give(MemorySegment buffer) {
		int order = order(buffer.byteSize());
		free.get(order).push(ram.at(ram.address(buffer), 1L << order));
	}

	private static int order(long size) {
		return Math.max(SMALLEST, 64 - Long.numberOfLeadingZeros(size - 1));
	}
}
