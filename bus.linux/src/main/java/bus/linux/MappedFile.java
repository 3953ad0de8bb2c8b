package bus.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A shared mapping of a part of a file. After {@link #close} the segment throws; its address must not be used any more.
 *
 * @param segment the mapped bytes, readable and writable
 * @param arena ends the mapping
 */
public record MappedFile(MemorySegment segment, Arena arena) implements AutoCloseable {

	/**
	 * @param fd may be closed afterwards
	 * @param offset a multiple of the file's page size
	 * @param size at least 1; the file should reach as far, because touching a page beyond its end is a fault
	 */
	@SuppressWarnings("restricted") // the address is the kernel's answer, and the arena unmaps it
	public static MappedFile map(int fd, long offset, long size) throws LinuxException {
		long address = LinuxException.check(
				Linux.mmap(size, Linux.PROT_READ | Linux.PROT_WRITE, Linux.MAP_SHARED, fd, offset),
				"mmap(fd=" + fd + " offset=" + offset + " size=" + size + ")");
		var arena = Arena.ofShared();
		var segment = MemorySegment.ofAddress(address).reinterpret(size, arena,
				s -> Linux.munmap(s.address(), size));
		return new MappedFile(segment, arena);
	}

	/** Waits until no system call holds the segment; 0.1 ms, so not for the data path. */
	@Override
	public void close() {
		if (arena.scope().isAlive())
			arena.close();
	}
}
