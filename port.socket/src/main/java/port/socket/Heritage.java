package port.socket;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;

import bus.api.GuestPort;
import bus.linux.Linux;

/**
 * Bytes that an instance has taken from the guest and not delivered, handed to the next one: in a file without a name,
 * because descriptors are what the bus keeps over an update.
 */
final class Heritage {
	private static final int SEEK_END = 2;
	private static final int PIECE = 64 << 10;

	private Heritage() {
	}

	/** Within {@code unplugged}. Answers false if the machine has no memory for it. */
	static boolean leave(GuestPort guest, String key, Ring ring) {
		int file = (int) Linux.memfd_create("vport");
		boolean whole = file >= 0;
		try (var arena = Arena.ofConfined()) {
			var scratch = arena.allocate(PIECE);
			while (whole && !ring.isEmpty()) {
				var piece = ring.oldest();
				int length = Math.min(piece.remaining(), PIECE);
				scratch.asByteBuffer().put(piece.limit(piece.position() + length));
				whole = Linux.write(file, scratch.address(), length) == length;
				ring.drop(length);
			}
		}
		if (whole)
			guest.keep(key, file);
		else
			Linux.close(file); // of a negative number the kernel says so, and nothing happens
		return whole;
	}

	/** Within {@code plugged}: what was left, if anything was. */
	static void take(GuestPort guest, String key, Ring ring) {
		int file = guest.kept(key);
		if (file < 0)
			return;
		try (var arena = Arena.ofConfined()) {
			var scratch = arena.allocate(PIECE);
			long left = Linux.lseek(file, 0, SEEK_END);
			Linux.lseek(file, 0, 0);
			for (long read = 1; left > 0 && read > 0; left -= read) {
				read = Linux.read(file, scratch.address(), PIECE);
				if (read > 0)
					ring.put(scratch.asByteBuffer().limit((int) read));
			}
		} finally {
			Linux.close(file);
		}
	}
}
