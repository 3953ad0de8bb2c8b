package bus.core.console;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

import bus.core.virtio.ChainBatch;

/** The buffers that one loop thread lends to whichever device has its turn, so that an idle device owns none. */
public final class Scratch {
	/** One writev or readv: measured, fewer cost throughput and more keep the driver waiting for its buffers. */
	static final int SEGMENTS = 64;
	/** What a callback port is offered in one call. */
	static final int COPY_BYTES = 64 * 1024;

	final ChainBatch batch;
	final MemorySegment copy;
	final ByteBuffer buffer;

	public Scratch(Arena arena) {
		batch = new ChainBatch(arena, SEGMENTS);
		copy = arena.allocate(COPY_BYTES, 64);
		buffer = copy.asByteBuffer();
	}
}
