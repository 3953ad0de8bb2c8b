package port.socket;

import java.nio.ByteBuffer;

import bus.api.GuestPort;
import bus.linux.LinuxException;
import bus.linux.MemoryFile;

/**
 * Bytes that an instance has taken from the guest and not delivered, handed to the next one: in a file without a name,
 * because descriptors are what the bus keeps over an update.
 */
final class Heritage {
	private static final System.Logger LOG = System.getLogger("port.socket");

	private Heritage() {
	}

	/** Within {@code unplugged}; the ring is empty afterwards. Answers false if the machine has no memory for it. */
	static boolean leave(GuestPort guest, String key, Ring ring) {
		var bytes = ByteBuffer.allocate(ring.size());
		while (!ring.isEmpty()) {
			var piece = ring.oldest();
			int length = piece.remaining();
			bytes.put(piece);
			ring.drop(length);
		}
		try {
			guest.keep(key, MemoryFile.of(bytes.flip()));
			return true;
		} catch (LinuxException e) {
			return false;
		}
	}

	/** Within {@code plugged}: what was left, if anything was. */
	static void take(GuestPort guest, String key, Ring ring) {
		int file = guest.kept(key);
		if (file < 0)
			return;
		try {
			ring.put(ByteBuffer.wrap(MemoryFile.take(file)));
		} catch (LinuxException e) {
			LOG.log(System.Logger.Level.WARNING, key + ": lost: " + e.getMessage());
		}
	}
}
