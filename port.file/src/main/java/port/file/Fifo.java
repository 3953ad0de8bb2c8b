package port.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

import bus.api.GuestPort;
import bus.linux.Errno;
import bus.linux.Linux;
import bus.linux.LinuxException;

/**
 * One end of a named pipe. The other end is kept open beside it and never used: so whoever comes and goes there ends
 * nothing, opening never waits, writing never finds the pipe without a reader (EPIPE), and what is in it stays for the
 * next one.
 */
final class Fifo {
	private static final int MODE = 0600;
	/** What a pipe holds unless somebody has changed it. */
	private static final int SCRATCH = 64 << 10;

	private final GuestPort guest;
	private final String name;
	private final int end;
	private final int other;
	private final Arena arena = Arena.ofShared();
	private final MemorySegment scratch = arena.allocate(SCRATCH);
	private final ByteBuffer scratchBytes = scratch.asByteBuffer();

	private Fifo(GuestPort guest, String name, int end, int other) {
		this.guest = guest;
		this.name = name;
		this.end = end;
		this.other = other;
	}

	/**
	 * Opens one that is there, or goes on with what the instance before has left.
	 *
	 * @param option {@code key=PATH}, for messages and for the next instance
	 * @param writing which end
	 * @param ready runs on the loop when there is something to read or room to write
	 */
	static Fifo open(GuestPort guest, String option, Path path, boolean writing, Runnable ready) throws IOException {
		String name = option + (writing ? " out" : " in");
		int end = guest.kept(name);
		int other = guest.kept(name + " other");
		if (end < 0 || other < 0) {
			int reader = (int) LinuxException.check(open(path, Linux.O_RDONLY), option); // first: the other one needs it
			int writer = (int) open(path, Linux.O_WRONLY);
			if (writer < 0) {
				Linux.close(reader);
				throw new LinuxException(option, -writer);
			}
			end = writing ? writer : reader;
			other = writing ? reader : writer;
		}
		var fifo = new Fifo(guest, name, end, other);
		guest.watch(end, ready);
		return fifo;
	}

	private static long open(Path path, int direction) {
		return Linux.open(path.toString(), direction | Linux.O_NONBLOCK, 0);
	}

	/** Whether there is a FIFO, or a link to one. */
	static boolean is(Path path) throws IOException {
		return Files.exists(path) && (((Integer) Files.getAttribute(path, "unix:mode")) & 0170000) == 0010000;
	}

	/** Makes one, for its owner alone, where there is nothing; who has opened it outlives the port, so it stays. */
	static void make(String option, Path path) throws IOException {
		if (Files.exists(path, LinkOption.NOFOLLOW_LINKS))
			return;
		long answer = Linux.mkfifo(path.toString(), MODE);
		if (answer < 0 && answer != -Errno.EEXIST)
			throw new IOException(option + ": " + path + " cannot be made (" + Errno.text(Linux.errno(answer))
					+ "); allowed: PATH in a directory that may be written");
	}

	/** Reads what is there. Loop thread. */
	int read(ByteBuffer room) {
		int piece = Math.min(room.remaining(), SCRATCH);
		long read;
		do
			read = Linux.read(end, scratch.address(), piece);
		while (read == -Errno.EINTR);
		if (read <= 0)
			return 0;
		room.put(scratchBytes.clear().limit((int) read));
		return (int) read;
	}

	/** Writes what fits. Loop thread. */
	int write(ByteBuffer data) {
		int taken = 0;
		while (taken < data.remaining()) {
			int piece = Math.min(data.remaining() - taken, SCRATCH);
			scratchBytes.clear().put(data.slice(data.position() + taken, piece));
			long wrote = Linux.write(end, scratch.address(), piece);
			if (wrote == -Errno.EINTR)
				continue;
			if (wrote <= 0)
				break;
			taken += (int) wrote;
		}
		return taken;
	}

	/** Leaves both ends to the next instance, with what is in the pipe. */
	void close() {
		guest.keep(name, end);
		guest.keep(name + " other", other);
		arena.close();
	}
}
