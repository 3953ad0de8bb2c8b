package port.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;

import bus.linux.Errno;
import bus.linux.Linux;
import bus.linux.LinuxException;
import port.testkit.FarEnd;

/** A program that reads one FIFO and writes another without waiting: Java's channels cannot open one so. */
final class FifoEnd implements FarEnd {
	private static final int SCRATCH = 64 << 10;

	private final int reading;
	private final int writing;
	private final Arena arena = Arena.ofShared();
	private final MemorySegment scratch = arena.allocate(SCRATCH);

	private FifoEnd(int reading, int writing) {
		this.reading = reading;
		this.writing = writing;
	}

	static FifoEnd open(Path reading, Path writing) throws IOException {
		return new FifoEnd(open(reading, Linux.O_RDONLY), open(writing, Linux.O_WRONLY));
	}

	private static int open(Path path, int direction) throws IOException {
		return (int) LinuxException.check(Linux.open(path.toString(), direction | Linux.O_NONBLOCK, 0), path.toString());
	}

	@Override
	public int read(ByteBuffer target) throws IOException {
		int piece = Math.min(target.remaining(), SCRATCH);
		long count = Linux.read(reading, scratch.address(), piece);
		if (count == -Errno.EAGAIN)
			return 0;
		LinuxException.check(count, "read");
		target.put(scratch.asByteBuffer().limit((int) count));
		return count == 0 && piece > 0 ? -1 : (int) count;
	}

	@Override
	public int write(ByteBuffer source) throws IOException {
		int piece = Math.min(source.remaining(), SCRATCH);
		scratch.asByteBuffer().put(source.slice(source.position(), piece));
		long count = Linux.write(writing, scratch.address(), piece);
		if (count == -Errno.EAGAIN)
			return 0;
		LinuxException.check(count, "write");
		source.position(source.position() + (int) count);
		return (int) count;
	}

	@Override
	public void close() {
		Linux.close(reading);
		Linux.close(writing);
		arena.close();
	}
}
