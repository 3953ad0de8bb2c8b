package bus.vhostuser.session;

import java.util.ArrayList;
import java.util.List;

import bus.core.virtio.GuestMemory;
import bus.linux.Errno;
import bus.linux.Linux;
import bus.linux.LinuxException;
import bus.linux.MappedFile;

/**
 * The memory that the front-end shares: maps it, checks it, and hands the rings an immutable {@link GuestMemory} after
 * each change. No mapping is used after it ended: the rings go over to the new table before the old files are unmapped.
 */
final class MemoryTable {
	/** Regions at most; QEMU asks once and never expects fewer. RAM hot-plug takes one each. */
	static final int SLOTS = 64;

	/** Mappings begin and end at these; a file in huge pages refuses all but its own. */
	private static final long[] PAGES = { 4096, 2 << 20, 1 << 30 };
	private static final int SEEK_END = 2;

	private record Region(long guestAddress, long size, long userAddress, MappedFile file, GuestMemory.Region view) {

		boolean overlaps(long guest, long user, long length) {
			return overlap(guestAddress, size, guest, length) || overlap(userAddress, size, user, length);
		}

		/** Of two stretches that do not wrap; unsigned, so that a start below the other's wraps to a huge distance. */
		private static boolean overlap(long a, long sizeOfA, long b, long sizeOfB) {
			return Long.compareUnsigned(b - a, sizeOfA) < 0 || Long.compareUnsigned(a - b, sizeOfB) < 0;
		}
	}

	private final Vrings vrings;
	private List<Region> regions = List.of();

	MemoryTable(Vrings vrings) {
		this.vrings = vrings;
	}

	/** SET_MEM_TABLE: count u32, padding, then the regions; replaces all. */
	Reply setTable(Message message) throws RefusedException {
		int count = message.u32(0);
		// user-mode Linux always sends two entries, whatever their number
		if (count < 0 || message.size() < 8 + 32 * (long) count || message.descriptors() != count)
			throw new RefusedException("regions=" + count + " with size=" + message.size() + " and descriptors="
					+ message.descriptors());
		var table = new ArrayList<Region>();
		try {
			for (int i = 0; i < count; i++)
				table.add(map(message, 8 + 32 * i, i, table));
		} catch (RefusedException e) {
			table.forEach(region -> region.file().close());
			throw e;
		}
		replace(table);
		return Reply.ACK;
	}

	/** ADD_MEM_REG: padding u64, then one region. */
	Reply addRegion(Message message) throws RefusedException {
		if (regions.size() == SLOTS)
			throw new RefusedException("more than " + SLOTS + " memory regions");
		var table = new ArrayList<>(regions);
		table.add(map(message, 8, 0, regions));
		replace(table);
		return Reply.ACK;
	}

	/** REM_MEM_REG: as ADD_MEM_REG; the offset in the file does not count. */
	Reply removeRegion(Message message) throws RefusedException {
		for (var region : regions)
			if (region.guestAddress() == message.u64(8) && region.size() == message.u64(16)
					&& region.userAddress() == message.u64(24)) {
				var table = new ArrayList<>(regions);
				table.remove(region);
				replace(table);
				return Reply.ACK;
			}
		throw new RefusedException("no memory region at address=0x" + Long.toHexString(message.u64(8)));
	}

	/** Forgets all memory; no ring runs. */
	void clear() {
		replace(List.of());
	}

	private void replace(List<Region> table) {
		var old = regions;
		regions = List.copyOf(table);
		vrings.memory(new GuestMemory(regions.stream().map(Region::view).toList()));
		for (var region : old)
			if (!regions.contains(region))
				region.file().close();
	}

	private Region map(Message message, int at, int descriptor, List<Region> others) throws RefusedException {
		long guest = message.u64(at);
		long size = message.u64(at + 8);
		long user = message.u64(at + 16);
		long offset = message.u64(at + 24);
		String where = "memory region address=0x" + Long.toHexString(guest) + " size=" + size + " offset=" + offset;
		if (size <= 0 || offset < 0 || offset + size < 0 || wraps(guest, size) || wraps(user, size))
			throw new RefusedException(where + ": not a region");
		for (var other : others)
			if (other.overlaps(guest, user, size))
				throw new RefusedException(where + ": overlaps another region");
		int file = message.descriptor(descriptor);
		long fileSize = Linux.lseek(file, 0, SEEK_END);
		if (fileSize < offset + size)
			throw new RefusedException(where + ": its file has only " + fileSize + " bytes");
		// a file that cannot shrink cannot take pages away under us; where the front-end forbids seals, faults are caught
		Linux.fcntl(file, Linux.F_ADD_SEALS, Linux.F_SEAL_SHRINK);
		try {
			var mapped = map(file, offset, size);
			long lead = offset - mapped.offset();
			var view = new GuestMemory.Region(guest, user, mapped.file().segment().asSlice(lead, size));
			return new Region(guest, size, user, mapped.file(), view);
		} catch (LinuxException e) {
			throw new RefusedException(where + ": " + e.getMessage());
		}
	}

	private static boolean wraps(long start, long size) {
		return Long.compareUnsigned(start + size - 1, start) < 0;
	}

	private record Mapped(MappedFile file, long offset) {
	}

	private static Mapped map(int file, long offset, long size) throws LinuxException {
		for (int i = 0;; i++)
			try {
				long start = offset & -PAGES[i];
				long end = offset + size + PAGES[i] - 1 & -PAGES[i];
				return new Mapped(MappedFile.map(file, start, end - start), start);
			} catch (LinuxException e) {
				if (e.errno() != Errno.EINVAL || i == PAGES.length - 1)
					throw e;
			}
	}
}
