package port.file;

import java.nio.ByteBuffer;

import bus.api.GuestPort;
import bus.linux.LinuxException;
import bus.linux.MemoryFile;

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
		try {
			guest.keep(key, MemoryFile.of(bytes));
		} catch (LinuxException e) {
			LOG.log(System.Logger.Level.WARNING, key + ": " + size + " bytes lost: " + e.getMessage());
		}
	}

	/** Answers those that were left, perhaps none. */
	static ByteBuffer take(GuestPort guest, String key) {
		int memory = guest.kept(key);
		if (memory >= 0)
			try {
				return ByteBuffer.wrap(MemoryFile.take(memory));
			} catch (LinuxException e) {
				LOG.log(System.Logger.Level.WARNING, key + ": lost: " + e.getMessage());
			}
		return ByteBuffer.allocate(0);
	}
}
