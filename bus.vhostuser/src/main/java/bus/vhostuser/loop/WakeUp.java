package bus.vhostuser.loop;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import bus.linux.Linux;
import bus.linux.LinuxException;

/** Wakes a loop out of epoll: an eventfd, edge-triggered, so that nobody has to read it. Any thread may ring. */
final class WakeUp {
	private static final MemorySegment ONE = Arena.global().allocateFrom(ValueLayout.JAVA_LONG, 1);

	private final int descriptor;
	private volatile boolean closed;

	WakeUp() throws LinuxException {
		descriptor = (int) LinuxException.check(Linux.eventfd(0), "eventfd");
	}

	int descriptor() {
		return descriptor;
	}

	void ring() {
		if (!closed)
			Linux.write(descriptor, ONE.address(), Long.BYTES);
	}

	/** By the loop, at its end; a ring that races with it may reach a descriptor that is being closed, and harms none. */
	void close() {
		closed = true;
		Linux.close(descriptor);
	}
}
