package port.console;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;

import bus.linux.Errno;
import bus.linux.Linux;
import bus.linux.LinuxException;
import bus.linux.Pty;

/**
 * A pseudo terminal and its link. Reading and writing never block; nobody having it open is no error. Used by one thread
 * at a time.
 */
final class Terminal {
	/** More than the kernel's own buffer takes at once. */
	private static final int SCRATCH = 16 << 10;

	private final Pty pty;
	private final Link link;
	private final Arena arena = Arena.ofShared();
	private final MemorySegment scratch = arena.allocate(SCRATCH);
	private final ByteBuffer scratchBytes = scratch.asByteBuffer();

	private Terminal(Pty pty, Link link) {
		this.pty = pty;
		this.link = link;
	}

	/**
	 * @param kept the master of a pseudo terminal to go on with; negative for a new one
	 * @param link where its symbolic link is to be; empty for none
	 */
	static Terminal open(int kept, String link) throws IOException {
		var pty = kept < 0 ? Pty.open() : Pty.of(kept);
		try {
			return new Terminal(pty, link.isBlank() ? null : Link.make(Path.of(link.strip()), Path.of(pty.slave())));
		} catch (IOException | RuntimeException e) {
			pty.close();
			throw e;
		}
	}

	int descriptor() {
		return pty.master();
	}

	String slave() {
		return pty.slave();
	}

	/** Takes what it can; moves the position of {@code data} past that. */
	void write(ByteBuffer data) {
		for (long wrote = 1; wrote > 0 && data.hasRemaining();) {
			int piece = Math.min(data.remaining(), SCRATCH);
			scratchBytes.clear().put(data.slice(data.position(), piece));
			wrote = Linux.write(pty.master(), scratch.address(), piece);
			data.position(data.position() + (int) Math.max(0, wrote));
		}
	}

	/** Answers how many bytes were put into {@code room}; -1 when there are none and nobody has the terminal open. */
	int read(ByteBuffer room) {
		int piece = Math.min(room.remaining(), SCRATCH);
		long read = Linux.read(pty.master(), scratch.address(), piece);
		if (read == -Errno.EIO)
			return -1;
		room.put(scratchBytes.clear().limit((int) Math.max(0, read)));
		return (int) Math.max(0, read);
	}

	/** The size of the terminal that somebody has there: rows times 65536, and columns; 0 if it was never set. */
	int size() {
		try {
			int size = pty.windowSize();
			return (size & 0xffff) == 0 || size >>> 16 == 0 ? 0 : size;
		} catch (LinuxException e) {
			return 0;
		}
	}

	/** Gives up all: the port was refused. */
	void close() {
		try {
			leave();
		} catch (IOException e) {
			// the link is left; whoever makes it again finds that it points nowhere
		}
		pty.close();
	}

	/** Gives up all but {@link #descriptor}, which is the caller's from here on. */
	void leave() throws IOException {
		arena.close();
		if (link != null)
			link.remove();
	}
}
