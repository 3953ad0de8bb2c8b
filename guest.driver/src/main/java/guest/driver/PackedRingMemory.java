package guest.driver;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The bytes of a packed virtqueue (virtio 1.3, section 2.8), every field open to reading and writing: a test may lie in
 * any of them, or play the device.
 *
 * <pre>
 * descriptor    0 le64 address   8 le32 length   12 le16 id   14 le16 flags     aligned to 16
 * driver event  0 le16 offset (bits 0 to 14) and wrap counter (bit 15)   2 le16 flags     aligned to 4
 * device event  the same
 * </pre>
 *
 * <p>Flags are written with release and read with acquire semantics; all other fields are plain.
 */
public final class PackedRingMemory {
	/** The chain goes on in the next slot. */
	public static final int NEXT = 1;
	/** The device writes here; in a used descriptor: it has written. */
	public static final int WRITE = 2;
	/** The descriptor refers to a table of descriptors. */
	public static final int INDIRECT = 4;
	/** Equal to the driver's wrap counter when the descriptor is available. */
	public static final int AVAIL = 1 << 7;
	/** The opposite of it then; equal to {@link #AVAIL} when the descriptor is used. */
	public static final int USED = 1 << 15;
	/** In the flags of an event area: tell me of everything. */
	public static final int EVENTS_ENABLE = 0;
	/** In the flags of an event area: tell me of nothing. */
	public static final int EVENTS_DISABLE = 1;
	/** In the flags of an event area, with EVENT_IDX: tell me when the offset is reached. */
	public static final int EVENTS_AT = 2;
	/** In the offset of an event area: the wrap counter. */
	public static final int WRAP = 1 << 15;
	/** Bytes of a descriptor. */
	public static final int DESCRIPTOR_SIZE = 16;

	private static final int EVENT_SIZE = 4;
	private static final long LENGTH = 8;
	private static final long ID = 12;
	private static final long FLAGS = 14;
	private static final long EVENT_FLAGS = 2;
	private static final ValueLayout.OfShort LE16 = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
	private static final ValueLayout.OfInt LE32 = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
	private static final ValueLayout.OfLong LE64 = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
	private static final VarHandle FLAG_WORD = LE16.varHandle();

	private final int size;
	private final MemorySegment descriptors;
	private final MemorySegment driverEvent;
	private final MemorySegment deviceEvent;

	/**
	 * @param descriptors 16 * size bytes
	 * @param driverEvent 4 bytes, what the driver wants to be called for
	 * @param deviceEvent 4 bytes, what the device wants to be kicked for
	 */
	public PackedRingMemory(int size, MemorySegment descriptors, MemorySegment driverEvent, MemorySegment deviceEvent) {
		this.size = size;
		this.descriptors = descriptors;
		this.driverEvent = driverEvent;
		this.deviceEvent = deviceEvent;
	}

	/** A cleared ring in freshly allocated guest memory. */
	public static PackedRingMemory allocate(GuestRam ram, int size) {
		var descriptors = ram.allocate((long) DESCRIPTOR_SIZE * size, 64);
		var driverEvent = ram.allocate(EVENT_SIZE, 64);
		var deviceEvent = ram.allocate(EVENT_SIZE, 64);
		descriptors.fill((byte) 0);
		driverEvent.fill((byte) 0);
		deviceEvent.fill((byte) 0);
		return new PackedRingMemory(size, descriptors, driverEvent, deviceEvent);
	}

	public int size() {
		return size;
	}

	public MemorySegment descriptors() {
		return descriptors;
	}

	public MemorySegment driverEvent() {
		return driverEvent;
	}

	public MemorySegment deviceEvent() {
		return deviceEvent;
	}

	/** Writes descriptor {@code index} of this ring, its flags last. */
	public void descriptor(int index, long address, int length, int id, int flags) {
		descriptor(descriptors, index, address, length, id, flags);
	}

	/** Writes descriptor {@code index} of any table, such as an indirect one, its flags last. */
	public static void descriptor(MemorySegment table, int index, long address, int length, int id, int flags) {
		long at = (long) DESCRIPTOR_SIZE * index;
		table.set(LE64, at, address);
		table.set(LE32, at + LENGTH, length);
		table.set(LE16, at + ID, (short) id);
		FLAG_WORD.setRelease(table, at + FLAGS, (short) flags);
	}

	public long descriptorAddress(int index) {
		return descriptors.get(LE64, (long) DESCRIPTOR_SIZE * index);
	}

	public void descriptorAddress(int index, long address) {
		descriptors.set(LE64, (long) DESCRIPTOR_SIZE * index, address);
	}

	/** Unsigned, but no sane driver gives more than 2 GiB. */
	public int descriptorLength(int index) {
		return descriptors.get(LE32, (long) DESCRIPTOR_SIZE * index + LENGTH);
	}

	public void descriptorLength(int index, int length) {
		descriptors.set(LE32, (long) DESCRIPTOR_SIZE * index + LENGTH, length);
	}

	public int descriptorId(int index) {
		return Short.toUnsignedInt(descriptors.get(LE16, (long) DESCRIPTOR_SIZE * index + ID));
	}

	public void descriptorId(int index, int id) {
		descriptors.set(LE16, (long) DESCRIPTOR_SIZE * index + ID, (short) id);
	}

	public int descriptorFlags(int index) {
		return Short.toUnsignedInt((short) FLAG_WORD.getAcquire(descriptors, (long) DESCRIPTOR_SIZE * index + FLAGS));
	}

	/** Publishes everything written before. */
	public void descriptorFlags(int index, int flags) {
		FLAG_WORD.setRelease(descriptors, (long) DESCRIPTOR_SIZE * index + FLAGS, (short) flags);
	}

	/** Offset and wrap counter at which the driver wants a call. */
	public int driverEventOffset() {
		return Short.toUnsignedInt(driverEvent.get(LE16, 0));
	}

	public void driverEventOffset(int offsetAndWrap) {
		driverEvent.set(LE16, 0, (short) offsetAndWrap);
	}

	public int driverEventFlags() {
		return Short.toUnsignedInt((short) FLAG_WORD.getAcquire(driverEvent, EVENT_FLAGS));
	}

	public void driverEventFlags(int flags) {
		FLAG_WORD.setRelease(driverEvent, EVENT_FLAGS, (short) flags);
	}

	/** Offset and wrap counter at which the device wants a kick. */
	public int deviceEventOffset() {
		return Short.toUnsignedInt(deviceEvent.get(LE16, 0));
	}

	public void deviceEventOffset(int offsetAndWrap) {
		deviceEvent.set(LE16, 0, (short) offsetAndWrap);
	}

	public int deviceEventFlags() {
		return Short.toUnsignedInt((short) FLAG_WORD.getAcquire(deviceEvent, EVENT_FLAGS));
	}

	public void deviceEventFlags(int flags) {
		FLAG_WORD.setRelease(deviceEvent, EVENT_FLAGS, (short) flags);
	}
}
