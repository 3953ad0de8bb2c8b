package port.console;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;

import bus.linux.Linux;
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

	/** Answers how many bytes were taken; moves nothing in {@code data}. */
	int write(ByteBuffer data) {
		int taken = 0;
		long wrote;
		do {
			int piece = Math.min(data.remaining() - taken, SCRATCH);
			if (piece == 0)
				return taken;
			scratchBytes.clear().put(data.slice(data.position() + taken, piece));
			wrote = Linux.write(pty.master(), scratch.address(), piece);
			taken += (int) Math.max(0, wrote);
		} while (wrote > 0);
		return taken;
	}

	/** Answers how many bytes were put into {@code room}: 0 also when nobody has the terminal open (EIO). */
	int read(ByteBuffer room) {
		int piece = Math.min(room.remaining(), SCRATCH);
		int read = (int) Math.max(0, Linux.read(pty.master(), scratch.address(), piece));
		room.put(scratchBytes.clear().limit(read));
		return read;
	}

	/** Gives up all but {@link #descriptor}, which is the caller's from here on. */
	void leave() throws IOException {
		arena.close();
		if (link != null)
			link.remove();
	}
}
