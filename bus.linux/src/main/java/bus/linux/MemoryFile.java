package bus.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;

/** Bytes in a file without a name: what only descriptors can be handed on through is given bytes as well. */
public final class MemoryFile {
	private static final int SEEK_SET = 0;
	private static final int SEEK_END = 2;

	private MemoryFile() {
	}

	/**
	 * Makes a file.
	 *
	 * @param content its bytes, from position to limit; they are moved past
	 * @return a descriptor, the caller's
	 */
	public static int of(ByteBuffer content) throws LinuxException {
		int file = (int) LinuxException.check(Linux.memfd_create("vport"), "memfd_create");
		try (var arena = Arena.ofConfined()) {
			int size = content.remaining();
			var bytes = arena.allocate(Math.max(1, size));
			bytes.asByteBuffer().put(content);
			for (long done = 0; done < size;)
				done += LinuxException.check(Linux.write(file, bytes.address() + done, size - done), "write");
			return file;
		} catch (LinuxException e) {
			Linux.close(file);
			throw e;
		}
	}

	/** Answers what is in a file that {@link #of} has made, and closes it. */
	public static byte[] take(int file) throws LinuxException {
		try (var arena = Arena.ofConfined()) {
			long size = LinuxException.check(Linux.lseek(file, 0, SEEK_END), "lseek");
			Linux.lseek(file, 0, SEEK_SET);
			var bytes = arena.allocate(Math.max(1, size));
			for (long done = 0; done < size;)
				done += LinuxException.check(Linux.read(file, bytes.address() + done, size - done), "read");
			return bytes.asSlice(0, size).toArray(JAVA_BYTE);
		} finally {
			Linux.close(file);
		}
	}
}
