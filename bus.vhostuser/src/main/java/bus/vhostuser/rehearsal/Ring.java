package bus.vhostuser.rehearsal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A split ring from the driver's side (virtio 1.3, section 2.7), each buffer one descriptor and each descriptor always the
 * same buffer. The device completes in order, so that descriptor {@code n % SIZE} is free when {@code n - SIZE} has come
 * back.
 */
final class Ring {
	static final int SIZE = 16;
	static final int BUFFER = 256;
	/** What a ring takes of the guest's memory, its buffers included. */
	static final int BYTES = 8192;

	static final int AVAILABLE = 256;
	static final int USED = 512;

	private static final int BUFFERS = 4096;
	private static final short DEVICE_WRITES = 2;
	private static final ValueLayout.OfShort LE16 = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
	private static final ValueLayout.OfInt LE32 = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
	private static final ValueLayout.OfLong LE64 = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
	private static final VarHandle INDEX = LE16.varHandle();

	private final MemorySegment memory;
	private final long address;
	private int offered;
	private int taken;

	/**
	 * @param memory {@link #BYTES} zeros
	 * @param address where the guest has them
	 */
	Ring(MemorySegment memory, long address) {
		this.memory = memory;
		this.address = address;
	}

	long address() {
		return address;
	}

	/** Gives the device bytes; the ring must not be full. */
	void send(byte[] bytes) {
		int slot = offered % SIZE;
		MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, BUFFERS + slot * (long) BUFFER, bytes.length);
		offer(slot, bytes.length, (short) 0);
	}

	/** Gives the device every buffer that it has not, to write into. */
	void fill() {
		while (offered - taken < SIZE)
			offer(offered % SIZE, BUFFER, DEVICE_WRITES);
	}

	private void offer(int slot, int length, short flags) {
		long descriptor = slot * 16L;
		memory.set(LE64, descriptor, address + BUFFERS + slot * (long) BUFFER);
		memory.set(LE32, descriptor + 8, length);
		memory.set(LE16, descriptor + 12, flags);
		memory.set(LE16, AVAILABLE + 4 + slot * 2L, (short) slot);
		INDEX.setRelease(memory, AVAILABLE + 2L, (short) ++offered);
	}

	/** Whether the device has completed a buffer that was not {@linkplain #take taken}; asks for a call if not. */
	boolean isUsed() {
		memory.set(LE16, AVAILABLE + 4 + SIZE * 2L, (short) taken); // used_event
		VarHandle.fullFence();
		return (short) INDEX.getAcquire(memory, USED + 2L) != (short) taken;
	}

	/** What the device has written into the next buffer that it has completed. */
	byte[] take() {
		int slot = taken++ % SIZE;
		int length = memory.get(LE32, USED + 4 + slot * 8L + 4);
		return memory.asSlice(BUFFERS + slot * (long) BUFFER, length).toArray(ValueLayout.JAVA_BYTE);
	}
}
