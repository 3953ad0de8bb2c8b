package bus.core.virtio;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * The memory of a guest at one moment: an immutable table of mapped regions. A change of the guest's memory makes a new
 * table; a device takes one snapshot and uses no other until it is given a new one.
 *
 * <p>Look-up is a linear scan: guests have one to eight regions, where it beats a binary search.
 */
public final class GuestMemory {

	/** No memory at all: every look-up fails. */
	public static final GuestMemory NONE = new GuestMemory(List.of());

	/**
	 * One contiguous piece of guest memory, mapped here.
	 *
	 * @param guestAddress where the guest sees it
	 * @param userAddress where the front-end sees it; ring addresses are given so
	 * @param segment the mapped bytes
	 */
	public record Region(long guestAddress, long userAddress, MemorySegment segment) {
	}

	private static final ValueLayout.OfLong LE64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);

	private final Region[] regions;
	private final long[] start;
	private final long[] size;
	private final long[] host;

	/**
	 * @param regions without overlap in guest addresses
	 */
	public GuestMemory(List<Region> regions) {
		this.regions = regions.toArray(Region[]::new);
		this.start = regions.stream().mapToLong(Region::guestAddress).toArray();
		this.size = regions.stream().mapToLong(r -> r.segment().byteSize()).toArray();
		this.host = regions.stream().mapToLong(r -> r.segment().address()).toArray();
	}

	/** Whether there is none at all. */
	public boolean isEmpty() {
		return regions.length == 0;
	}

	/** The number of the region that holds a guest address, or -1. */
	int regionOf(long guestAddress) {
		for (int i = 0; i < start.length; i++)
			// unsigned: an address below the start wraps to a huge offset
			if (Long.compareUnsigned(guestAddress - start[i], size[i]) < 0)
				return i;
		return -1;
	}

	/** Bytes from a guest address to the end of its region. */
	long bytesFrom(int region, long guestAddress) {
		return size[region] - (guestAddress - start[region]);
	}

	/** The offset of a guest address in its region's segment. */
	long offset(int region, long guestAddress) {
		return guestAddress - start[region];
	}

	MemorySegment segment(int region) {
		return regions[region].segment();
	}

	/**
	 * A little-endian number of 8 bytes.
	 *
	 * @throws GuestViolationException if it is not all in one region
	 */
	long read(long guestAddress) {
		int region = regionOf(guestAddress);
		if (region < 0 || bytesFrom(region, guestAddress) < Long.BYTES)
			throw outside(guestAddress);
		return segment(region).get(LE64, offset(region, guestAddress));
	}

	static GuestViolationException outside(long guestAddress) {
		return new GuestViolationException("address=0x" + Long.toHexString(guestAddress) + " is not guest memory");
	}

	/** The address, in this process, of a region's first byte. */
	long hostAddress(int region) {
		return host[region];
	}

	/**
	 * A stretch of memory that must lie within one region, as rings must.
	 *
	 * @param address a guest address, or a front-end's address if {@code user}
	 * @return the bytes, or null if no region holds all of them
	 */
	public MemorySegment slice(long address, long length, boolean user) {
		for (var region : regions) {
			long offset = address - (user ? region.userAddress() : region.guestAddress());
			long bytes = region.segment().byteSize();
			if (offset >= 0 && offset < bytes && length <= bytes - offset)
				return region.segment().asSlice(offset, length);
		}
		return null;
	}
}
