package bus.core.virtio;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.LongStream;

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

	/** Of each region its guest address, its size and its address here: in a row, because one array is one barrier. */
	private static final int ROW = 3;
	private static final int SIZE = 1;
	private static final int HOST = 2;

	private final Region[] regions;
	private final long[] table;

	/**
	 * @param regions without overlap in guest addresses
	 */
	public GuestMemory(List<Region> regions) {
		this.regions = regions.toArray(Region[]::new);
		this.table = regions.stream().flatMapToLong(region -> LongStream.of(region.guestAddress(),
				region.segment().byteSize(), region.segment().address())).toArray();
	}

	/** Whether there is none at all. */
	public boolean isEmpty() {
		return regions.length == 0;
	}

	/** The row of the region that holds a guest address, or -1. */
	int rowOf(long guestAddress) {
		for (int row = 0; row < table.length; row += ROW)
			// unsigned: an address below the start wraps to a huge offset
			if (Long.compareUnsigned(guestAddress - table[row], table[row + SIZE]) < 0)
				return row;
		return -1;
	}

	/** Where, in this process, bytes are that lie in one region; 0 if they do not. */
	long find(long guestAddress, long length) {
		long[] rows = table;
		for (int row = 0; row < rows.length; row += ROW) {
			long offset = guestAddress - rows[row];
			long size = rows[row + SIZE];
			if (Long.compareUnsigned(offset, size) < 0)
				return length <= size - offset ? rows[row + HOST] + offset : 0;
		}
		return 0;
	}

	/** Bytes from a guest address to the end of its region. */
	long bytesFrom(int row, long guestAddress) {
		return table[row + SIZE] - (guestAddress - table[row]);
	}

	/** Where, in this process, a guest address is. */
	long hostAddress(int row, long guestAddress) {
		return table[row + HOST] + (guestAddress - table[row]);
	}

	/** The row of the region that has one of {@link #hostAddress}'s answers. */
	int rowAt(long hostAddress) {
		int row = 0;
		while (Long.compareUnsigned(hostAddress - table[row + HOST], table[row + SIZE]) >= 0)
			row += ROW;
		return row;
	}

	/** The offset of one of {@link #hostAddress}'s answers in its region's segment. */
	long offset(int row, long hostAddress) {
		return hostAddress - table[row + HOST];
	}

	MemorySegment segment(int row) {
		return regions[row / ROW].segment();
	}

	/**
	 * A little-endian number of 8 bytes.
	 *
	 * @throws GuestViolationException if it is not all in one region
	 */
	long read(long guestAddress) {
		int row = rowOf(guestAddress);
		if (row < 0 || bytesFrom(row, guestAddress) < Long.BYTES)
			throw outside(guestAddress);
		return segment(row).get(LE64, guestAddress - table[row]);
	}

	static GuestViolationException outside(long guestAddress) {
		return new GuestViolationException("address=0x" + Long.toHexString(guestAddress) + " is not guest memory");
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
