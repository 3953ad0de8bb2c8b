package port.file;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

import bus.api.GuestPort;
import bus.linux.Errno;
import bus.linux.Linux;

/**
 * Bytes that the guest was rid of and that a full disk has not taken when the port is unplugged. If it is for an update,
 * the next instance writes them: they wait for it in a file in memory, because what goes from one instance to the next
 * are descriptors.
 */
final class Unwritten {
	private static final System.Logger LOG = System.getLogger("port.file");

	private Unwritten() {
	}

	/** Leaves them to the next instance; with the last one they go. */
	static void keep(GuestPort guest, String key, ByteBuffer bytes) {
		int size = bytes.remaining();
		int memory = (int) Linux.memfd_create("port.file");
		try (var arena = Arena.ofConfined()) {
			var copy = arena.allocate(size);
			copy.asByteBuffer().put(bytes);
			long wrote = memory < 0 ? memory : Linux.write(memory, copy.address(), size);
			if (wrote == size)
				guest.keep(key, memory);
			else
				LOG.log(System.Logger.Level.WARNING, key + ": " + size + " bytes lost: "
						+ Errno.text(Linux.errno(Math.min(wrote, 0))));
			if (wrote != size && memory >= 0)
				Linux.close(memory);
		}
	}

	/** Answers those that were left, perhaps none. */
	static ByteBuffer take(GuestPort guest, String key) {
		int memory = guest.kept(key);
		if (memory < 0)
			return ByteBuffer.allocate(0);
		try (var arena = Arena.ofConfined()) {
			int size = (int) Linux.lseek(memory, 0, 2);
			Linux.lseek(memory, 0, 0);
			MemorySegment copy = arena.allocate(Math.max(size, 1));
			long read = Linux.read(memory, copy.address(), size);
			return ByteBuffer.allocate((int) Math.max(read, 0)).put(copy.asByteBuffer().limit((int) Math.max(read, 0)))
					.flip();
		} finally {
			Linux.close(memory);
		}
	}
}
