package bus.core.virtio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The three parts of a ring, in guest memory.
 *
 * @param size entries: up to {@link Virtqueue#MAX_SIZE}, and a power of two if the ring is split
 * @param descriptors 16 bytes for each entry
 * @param driver what the driver writes: the available ring with the used_event field; packed, its event suppression
 * @param device what the device writes: the used ring with the avail_event field; packed, its event suppression
 */
public record RingSetup(int size, MemorySegment descriptors, MemorySegment driver, MemorySegment device) {
	/** Section 2.8.10: both event suppression structures of a packed ring. */
	private static final int SUPPRESSION = 4;
	private static final ValueLayout.OfShort LE16 = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);

	/** Whether a ring of the negotiated layout can have so many entries. */
	public static boolean isSize(int size, long features) {
		return size > 0 && size <= Virtqueue.MAX_SIZE && (isPacked(features) || Integer.bitCount(size) == 1);
	}

	/**
	 * Finds a ring in guest memory.
	 *
	 * @param size as {@link #isSize} allows it
	 * @param addresses of the three parts
	 * @param features as negotiated: they decide on the layout
	 * @param user whether they are the front-end's own addresses rather than the guest's
	 * @return the ring, or null if a part of it is not within one region, or not aligned there
	 */
	public static RingSetup find(GuestMemory memory, int size, Addresses addresses, long features, boolean user) {
		boolean packed = isPacked(features);
		var descriptors = memory.slice(addresses.descriptors(), 16L * size, user);
		var driver = memory.slice(addresses.driver(), packed ? SUPPRESSION : 6L + 2L * size, user);
		var device = memory.slice(addresses.device(), packed ? SUPPRESSION : 6L + 8L * size, user);
		if (descriptors == null || driver == null || device == null)
			return null;
		// a region that is itself misaligned makes aligned addresses misaligned here, where atomic access would throw
		if (!new Addresses(descriptors.address(), driver.address(), device.address()).isAligned()
				|| packed && driver.address() % SUPPRESSION != 0)
			return null;
		return new RingSetup(size, descriptors, driver, device);
	}

	private static boolean isPacked(long features) {
		return Feature.has(features, Feature.RING_PACKED);
	}

	/** The available index of the first chain of a split ring that was not given back, if all are given back in order. */
	public int completed() {
		return Short.toUnsignedInt(device.get(LE16, 2));
	}

	/** Where the three parts begin. */
	public record Addresses(long descriptors, long driver, long device) {

		/** Whether the parts are aligned as section 2.7 demands: 16, 2 and 4. A packed ring's driver part needs 4, too. */
		public boolean isAligned() {
			return descriptors % 16 == 0 && driver % 2 == 0 && device % 4 == 0;
		}
	}
}
