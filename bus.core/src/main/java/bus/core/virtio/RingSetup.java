package bus.core.virtio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The three parts of a split ring, in guest memory.
 *
 * @param size entries, a power of two up to {@link SplitQueue#MAX_SIZE}
 * @param descriptors 16 bytes for each entry
 * @param available with the used_event field
 * @param used with the avail_event field
 */
public record RingSetup(int size, MemorySegment descriptors, MemorySegment available, MemorySegment used) {
	private static final ValueLayout.OfShort LE16 = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);

	/**
	 * Finds a ring in guest memory.
	 *
	 * @param addresses of the descriptors, of the available and of the used ring
	 * @param user whether they are the front-end's own addresses rather than the guest's
	 * @return the ring, or null if a part of it is not within one region, or not aligned there
	 */
	public static RingSetup find(GuestMemory memory, int size, Addresses addresses, boolean user) {
		var descriptors = memory.slice(addresses.descriptors(), 16L * size, user);
		var available = memory.slice(addresses.available(), 6L + 2L * size, user);
		var used = memory.slice(addresses.used(), 6L + 8L * size, user);
		if (descriptors == null || available == null || used == null)
			return null;
		// a region that is itself misaligned makes aligned addresses misaligned here, where atomic access would throw
		if (!new Addresses(descriptors.address(), available.address(), used.address()).isAligned())
			return null;
		return new RingSetup(size, descriptors, available, used);
	}

	/** The available index of the first chain of a split ring that was not given back, if all are given back in order. */
	public int completed() {
		return Short.toUnsignedInt(used.get(LE16, 2));
	}

	/** Where the three parts begin. */
	public record Addresses(long descriptors, long available, long used) {

		/** Whether the parts are aligned as section 2.7 demands: 16, 2 and 4. */
		public boolean isAligned() {
			return descriptors % 16 == 0 && available % 2 == 0 && used % 4 == 0;
		}
	}
}
