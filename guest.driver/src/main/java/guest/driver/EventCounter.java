package guest.driver;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import bus.linux.Linux;
import bus.linux.LinuxException;

/** An eventfd: a kick, call or err line. Any thread may ring; it is closed when nobody rings any more. */
public final class EventCounter implements AutoCloseable {
	private final int fd;
	private final Arena arena = Arena.ofShared();
	private final MemorySegment one = arena.allocateFrom(JAVA_LONG, 1);

	public EventCounter() throws LinuxException {
		fd = (int) LinuxException.check(Linux.eventfd(0), "eventfd");
	}

	public int descriptor() {
		return fd;
	}

	public void ring() {
		Linux.write(fd, one.address(), Long.BYTES); // fails only when 2^64 - 2 rings are unread, which ring as well
	}

	/** Takes the count since the last call of this method, 0 if it did not ring. */
	public long take() {
		try (var scratch = Arena.ofConfined()) {
			var count = scratch.allocate(JAVA_LONG);
			return Linux.read(fd, count.address(), Long.BYTES) < 0 ? 0 : count.get(JAVA_LONG, 0);
		}
	}

	@Override
	public void close() {
		if (!arena.scope().isAlive())
			return;
		Linux.close(fd);
		arena.close();
	}
}
