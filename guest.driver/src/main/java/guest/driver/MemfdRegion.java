package guest.driver;

import bus.linux.Linux;
import bus.linux.LinuxException;
import bus.linux.MappedFile;

/**
 * A region of guest memory in an anonymous file, as QEMU's memory-backend-memfd with share=on.
 *
 * @param descriptor of the file; this record's
 * @param offset of the region in the file
 * @param ram the guest's view
 */
public record MemfdRegion(int descriptor, long offset, MappedFile mapping, GuestRam ram) implements AutoCloseable {

	/**
	 * @param base guest-physical address
	 * @param offset where the region starts in its file; a multiple of the page size, as {@code size}
	 */
	public static MemfdRegion create(long base, long size, long offset) throws LinuxException {
		int fd = (int) LinuxException.check(Linux.memfd_create("guest-ram"), "memfd_create");
		try {
			LinuxException.check(Linux.ftruncate(fd, offset + size), "ftruncate(guest-ram, " + (offset + size) + ")");
			var mapping = MappedFile.map(fd, offset, size);
			return new MemfdRegion(fd, offset, mapping, new GuestRam(mapping.segment(), base));
		} catch (LinuxException e) {
			Linux.close(fd);
			throw e;
		}
	}

	/** The address under which the front-end knows the region; never equal to the guest-physical one. */
	long userAddress() {
		return mapping.segment().address();
	}

	boolean holds(long guestAddress) {
		return guestAddress >= ram.base() && guestAddress - ram.base() < ram.size();
	}

	@Override
	public void close() {
		mapping.close();
		Linux.close(descriptor);
	}
}
