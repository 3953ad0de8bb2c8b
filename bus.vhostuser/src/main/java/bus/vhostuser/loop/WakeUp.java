package bus.vhostuser.loop;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.ReentrantLock;

import bus.linux.Linux;
import bus.linux.LinuxException;

/** Wakes a loop out of epoll: an eventfd, edge-triggered, so that nobody has to read it. Any thread may ring. */
final class WakeUp {
	private static final MemorySegment ONE = Arena.global().allocateFrom(ValueLayout.JAVA_LONG, 1);

	private final int descriptor;
	private final ReentrantLock lock = new ReentrantLock();
	/** Guarded by the lock: the number may be another file's once it is closed, and eight bytes would be written there. */
	private boolean closed;

	WakeUp() throws LinuxException {
		descriptor = (int) LinuxException.check(Linux.eventfd(0), "eventfd");
	}

	int descriptor() {
		return descriptor;
	}

	void ring() {
		lock.lock();
		try {
			if (!closed)
				Linux.write(descriptor, ONE.address(), Long.BYTES);
		} finally {
			lock.unlock();
		}
	}

	void close() {
		lock.lock();
		try {
			closed = true;
			Linux.close(descriptor);
		} finally {
			lock.unlock();
		}
	}
}
