package guest.driver;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

import bus.linux.Linux;
import bus.linux.LinuxException;

/** An eventfd or a pipe: a kick, call or err line. Any thread may ring; it is closed when nobody rings any more. */
public final class EventCounter implements AutoCloseable {
	/** Not one for each: to close a shared arena stops all threads for a moment, and a guest has dozens of counters. */
	private static final MemorySegment ONE = Arena.global().allocateFrom(JAVA_LONG, 1);

	private final int fd;
	private final int ringing;
	private final AtomicBoolean closed = new AtomicBoolean();

	public EventCounter() throws LinuxException {
		fd = (int) LinuxException.check(Linux.eventfd(0), "eventfd");
		ringing = fd;
	}

	/** A pipe, whose ends are this object's from now on. */
	EventCounter(Pipe pipe) {
		fd = pipe.read();
		ringing = pipe.write();
	}

	/** An eventfd whose reader and writer would wait, as user-mode Linux has it; {@link #take} must not be used. */
	static EventCounter blocking() throws LinuxException {
		var counter = new EventCounter();
		long flags = LinuxException.check(Linux.fcntl(counter.fd, Linux.F_GETFL, 0), "fcntl(F_GETFL)");
		LinuxException.check(Linux.fcntl(counter.fd, Linux.F_SETFL, flags & ~Linux.O_NONBLOCK), "fcntl(F_SETFL)");
		return counter;
	}

	/** To wait at. */
	public int descriptor() {
		return fd;
	}

	/** To hand to the one who rings; the same as {@link #descriptor} but for a pipe. */
	public int ringingDescriptor() {
		return ringing;
	}

	public void ring() {
		Linux.write(ringing, ONE.address(), Long.BYTES); // fails only when 2^64 - 2 rings are unread, which ring as well
	}

	/** Takes the count since the last call of this method, 0 if it did not ring. */
	public long take() {
		try (var scratch = Arena.ofConfined()) {
			var count = scratch.allocate(JAVA_LONG);
			long taken = 0;
			while (Linux.read(fd, count.address(), Long.BYTES) == Long.BYTES) {
				taken += count.get(JAVA_LONG, 0);
				if (ringing == fd)
					break; // it has all in one number
			}
			return taken;
		}
	}

	@Override
	public void close() {
		if (closed.getAndSet(true))
			return;
		Linux.close(fd);
		if (ringing != fd)
			Linux.close(ringing);
	}
}
