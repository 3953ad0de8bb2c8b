package port.testkit;

import java.nio.ByteBuffer;

/**
 * The buffers of the port's calls, in every shape that a buffer can have: on the heap and off it, a slice or not,
 * beginning and ending at odd places. After its call each is filled with {@link #POISON}, so that who has kept one sees
 * that in the bytes, and who writes to it afterwards is seen here. Loop thread.
 */
final class Buffers {
	static final byte POISON = (byte) 0xa5;

	/** What the bus offers at most. */
	private static final int LARGEST = 64 << 10;
	private static final int MARGIN = 64;
	private static final int SLOTS = 10;
	private static final int SHAPES = 5;

	private final ByteBuffer poisoned = poison(ByteBuffer.allocate(LARGEST + 2 * MARGIN));
	private final ByteBuffer[] memory = new ByteBuffer[SLOTS];
	private int next;

	/**
	 * A buffer for one call.
	 *
	 * @param memory what it is a part of
	 * @param start where it begins in that
	 */
	record Lent(ByteBuffer buffer, ByteBuffer memory, int start, int size) {
	}

	private static ByteBuffer poison(ByteBuffer buffer) {
		buffer.clear();
		while (buffer.hasRemaining())
			buffer.put(POISON);
		return buffer.clear();
	}

	/** Answers null if somebody has written to a buffer since its call. */
	Lent lend(int size) {
		int turn = next++;
		int slot = turn % SLOTS;
		if (memory[slot] == null)
			memory[slot] = poison(slot % 2 == 0 ? ByteBuffer.allocate(poisoned.capacity())
					: ByteBuffer.allocateDirect(poisoned.capacity()));
		var whole = memory[slot];
		if (whole.mismatch(poisoned) >= 0)
			return null;
		int start = 1 + turn * 7 % (MARGIN - 1);
		var view = switch (slot % SHAPES) {
			case 0 -> whole.duplicate().position(start).limit(start + size);
			case 1 -> whole.slice(start, size);
			case 2 -> whole.slice(start, size + 9).limit(size);
			case 3 -> whole.slice(start - 1, size + 1).position(1);
			default -> whole.duplicate().limit(start + size).position(start).slice();
		};
		return new Lent(view, whole, start, size);
	}

	/** Ends the call; answers whether the port has left alone what lies around its bytes. */
	boolean giveBack(Lent lent) {
		var around = poisoned.duplicate();
		boolean clean = lent.memory.slice(0, lent.start).mismatch(around.slice(0, lent.start)) < 0;
		int end = lent.start + lent.size;
		int behind = lent.memory.capacity() - end;
		clean &= lent.memory.slice(end, behind).mismatch(around.slice(0, behind)) < 0;
		poison(lent.memory);
		return clean;
	}
}
