package bus.vhostuser.session;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import bus.linux.Linux;

/**
 * The channel for requests of the back-end: a socket, or a pipe from user-mode Linux. Only CONFIG_CHANGE goes over it,
 * without asking for a reply: waiting for one while a vCPU waits for us would be a deadlock.
 */
final class BackendChannel {
	private static final MemorySegment CONFIG_CHANGE = Arena.global().allocateFrom(ValueLayout.JAVA_INT, 2, 1, 0);

	private int descriptor = -1;

	/** @param newDescriptor non-blocking: a front-end that does not read must not hold us */
	void set(int newDescriptor) {
		close();
		descriptor = newDescriptor;
	}

	/** Lost if the front-end does not read: the driver reads the space again when it next starts. */
	void configChange() {
		if (descriptor >= 0)
			Linux.write(descriptor, CONFIG_CHANGE.address(), CONFIG_CHANGE.byteSize());
	}

	void close() {
		if (descriptor >= 0)
			Linux.close(descriptor);
		descriptor = -1;
	}
}
