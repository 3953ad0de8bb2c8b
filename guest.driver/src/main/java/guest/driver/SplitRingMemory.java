package guest.driver;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The bytes of a split virtqueue (virtio 1.2, section 2.7), every field open to reading and writing: a test may lie in
 * any of them, or play the device.
 *
 * <pre>
 * descriptor   0 le64 address   8 le32 length   12 le16 flags   14 le16 next                      aligned to 16
 * available    0 le16 flags     2 le16 idx      4 le16 ring[size]           4+2*size le16 used_event  aligned to 2
 * used         0 le16 flags     2 le16 idx      4 {le32 id, le32 len}[size] 4+8*size le16 avail_event aligned to 4
 * </pre>
 *
 * <p>The two indices are written with release and read with acquire semantics; all other fields are plain.
 */
public final class SplitRingMemory {
	/** The chain goes on at {@code next}. */
	public static final int NEXT = 1;
	/** The device writes here. */
	public static final int WRITE = 2;
	/** The descriptor refers to a table of descriptors. */
	public static final int INDIRECT = 4;
	/** In the flags of the available ring: the driver wants no interrupts. */
	public static final int NO_INTERRUPT = 1;
	/** In the flags of the used ring: the device wants no kicks. */
	public static final int NO_NOTIFY = 1;
	/** Bytes of a descriptor. */
	public static final int DESCRIPTOR_SIZE = 16;

	private static final long FLAGS = 0;
	private static final long IDX = 2;
	private static final long RING = 4;
	private static final int USED_ELEMENT_SIZE = 8;
	private static final ValueLayout.OfShort LE16 = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
	private static final ValueLayout.OfInt LE32 = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
	private static final ValueLayout.OfLong LE64 = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
	private static final VarHandle INDEX = LE16.varHandle();

	private final int size;
	private final MemorySegment descriptors;
	private final MemorySegment available;
	private final MemorySegment used;
	private final long usedEventOffset;
	private final long availEventOffset;

	/**
	 * @param descriptors 16 * size bytes
	 * @param available 6 + 2 * size bytes
	 * @param used 6 + 8 * size bytes
	 */
	public SplitRingMemory(int size, MemorySegment descriptors, MemorySegment available, MemorySegment used) {
		this.size = size;
		this.descriptors = descriptors;
		this.available = available;
		this.used = used;
		this.usedEventOffset = RING + 2L * size;
		this.availEventOffset = RING + (long) USED_ELEMENT_SIZE * size;
	}

	/** A cleared ring in freshly allocated guest memory. */
	public static SplitRingMemory allocate(GuestRam ram, int size) {
		var descriptors = ram.allocate((long) DESCRIPTOR_SIZE * size, 64);
		var available = ram.allocate(6 + 2L * size, 64);
		var used = ram.allocate(6 + (long) USED_ELEMENT_SIZE * size, 64);
		descriptors.fill((byte) 0);
		available.fill((byte) 0);
		used.fill((byte) 0);
		return new SplitRingMemory(size, descriptors, available, used);
	}

	public int size() {
		return size;
	}

	public MemorySegment descriptors() {
		return descriptors;
	}

	public MemorySegment available() {
		return available;
	}

	public MemorySegment used() {
		return used;
	}

	/** Writes descriptor {@code index} of this ring's table. */
	public void descriptor(int index, long address, int length, int flags, int next) {
		descriptor(descriptors, index, address, length, flags, next);
	}

	/** Writes descriptor {@code index} of any table, such as an indirect one. */
	public static void descriptor(MemorySegment table, int index, long address, int length, int flags, int next) {
		long at = (long) DESCRIPTOR_SIZE * index;
		table.set(LE64, at, address);
		table.set(LE32, at + 8, length);
		table.set(LE16, at + 12, (short) flags);
		table.set(LE16, at + 14, (short) next);
	}

	public long descriptorAddress(int index) {
		return descriptors.get(LE64, (long) DESCRIPTOR_SIZE * index);
	}

	/** Unsigned, but no sane driver gives more than 2 GiB. */
	public int descriptorLength(int index) {
		return descriptors.get(LE32, (long) DESCRIPTOR_SIZE * index + 8);
	}

	public int descriptorFlags(int index) {
		return Short.toUnsignedInt(descriptors.get(LE16, (long) DESCRIPTOR_SIZE * index + 12));
	}

	public int descriptorNext(int index) {
		return Short.toUnsignedInt(descriptors.get(LE16, (long) DESCRIPTOR_SIZE * index + 14));
	}

	public int availFlags() {
		return Short.toUnsignedInt(available.get(LE16, FLAGS));
	}

	public void availFlags(int flags) {
		available.set(LE16, FLAGS, (short) flags);
	}

	public int availIdx() {
		return Short.toUnsignedInt((short) INDEX.getAcquire(available, IDX));
	}

	/** Publishes everything written before. */
	public void availIdx(int idx) {
		INDEX.setRelease(available, IDX, (short) idx);
	}

	public int availRing(int slot) {
		return Short.toUnsignedInt(available.get(LE16, RING + 2L * slot));
	}

	public void availRing(int slot, int head) {
		available.set(LE16, RING + 2L * slot, (short) head);
	}

	public int usedEvent() {
		return Short.toUnsignedInt(available.get(LE16, usedEventOffset));
	}

	public void usedEvent(int idx) {
		available.set(LE16, usedEventOffset, (short) idx);
	}

	public int usedFlags() {
		return Short.toUnsignedInt(used.get(LE16, FLAGS));
	}

	public void usedFlags(int flags) {
		used.set(LE16, FLAGS, (short) flags);
	}

	public int usedIdx() {
		return Short.toUnsignedInt((short) INDEX.getAcquire(used, IDX));
	}

	/** Publishes everything written before. */
	public void usedIdx(int idx) {
		INDEX.setRelease(used, IDX, (short) idx);
	}

	public int usedId(int slot) {
		return used.get(LE32, RING + (long) USED_ELEMENT_SIZE * slot);
	}

	public int usedLength(int slot) {
		return used.get(LE32, RING + (long) USED_ELEMENT_SIZE * slot + 4);
	}

	public void usedElement(int slot, int id, int length) {
		used.set(LE32, RING + (long) USED_ELEMENT_SIZE * slot, id);
		used.set(LE32, RING + (long) USED_ELEMENT_SIZE * slot + 4, length);
	}

	public int availEvent() {
		return Short.toUnsignedInt(used.get(LE16, availEventOffset));
	}

	public void availEvent(int idx) {
		used.set(LE16, availEventOffset, (short) idx);
	}
}
