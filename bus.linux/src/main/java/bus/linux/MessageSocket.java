package bus.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A connected UNIX stream socket over which bytes and descriptors travel. Owns the socket. One thread at a time.
 *
 * <p>Java's own channels cannot serve here: they drop the descriptors of a message without a word.
 */
public final class MessageSocket implements AutoCloseable {
	/** Descriptors that one message may bring; the kernel closes and reports what is beyond. */
	public static final int MAX_DESCRIPTORS = 16;

	// struct msghdr on LP64: name 0, namelen 8, iov 16, iovlen 24, control 32, controllen 40, flags 48
	private static final long MSG_IOV = 16;
	private static final long MSG_IOVLEN = 24;
	private static final long MSG_CONTROL = 32;
	private static final long MSG_CONTROLLEN = 40;
	private static final long MSG_FLAGS = 48;
	private static final long MSG_SIZE = 56;
	// struct cmsghdr on LP64: len 0 (includes the header), level 8, type 12, data 16
	private static final long CMSG_LEVEL = 8;
	private static final long CMSG_TYPE = 12;
	private static final long CMSG_DATA = 16;
	private static final long CONTROL_SIZE = CMSG_DATA + 4 * MAX_DESCRIPTORS;

	private final int fd;
	private final Arena arena = Arena.ofShared();
	private final MemorySegment message = arena.allocate(MSG_SIZE, 8);
	private final MemorySegment control = arena.allocate(CONTROL_SIZE, 8);
	private final Iovec iovec = new Iovec(arena, 1);
	private final int[] received = new int[MAX_DESCRIPTORS];
	private int receivedCount;
	private boolean truncated;

	/**
	 * @param fd a connected socket, from now on this object's
	 */
	public MessageSocket(int fd) {
		this.fd = fd;
		message.set(JAVA_LONG, MSG_IOV, iovec.address(0));
		message.set(JAVA_LONG, MSG_IOVLEN, 1);
	}

	/** A new pair of connected sockets. */
	public static MessageSocket[] pair() throws LinuxException {
		try (var scratch = Arena.ofConfined()) {
			var pair = scratch.allocate(JAVA_INT, 2);
			LinuxException.check(Linux.socketpair(Linux.AF_UNIX, Linux.SOCK_STREAM, pair.address()), "socketpair");
			return new MessageSocket[] { new MessageSocket(pair.getAtIndex(JAVA_INT, 0)),
					new MessageSocket(pair.getAtIndex(JAVA_INT, 1)) };
		}
	}

	public int descriptor() {
		return fd;
	}

	/**
	 * Receives bytes and the descriptors that travel with the first of them.
	 *
	 * @return bytes received; 0 at the end of the stream; a negative error number, {@code -EAGAIN} when a non-blocking
	 *         socket has nothing
	 */
	public int receive(MemorySegment target, long offset, long length) {
		iovec.set(0, target.address() + offset, length);
		message.set(JAVA_LONG, MSG_CONTROL, control.address());
		message.set(JAVA_LONG, MSG_CONTROLLEN, CONTROL_SIZE);
		receivedCount = 0;
		long n = Linux.recvmsg(fd, message.address(), Linux.MSG_CMSG_CLOEXEC);
		truncated = n >= 0 && (message.get(JAVA_INT, MSG_FLAGS) & Linux.MSG_CTRUNC) != 0;
		if (n >= 0)
			takeDescriptors();
		return (int) n;
	}

	private void takeDescriptors() {
		long length = message.get(JAVA_LONG, MSG_CONTROLLEN);
		if (length < CMSG_DATA || control.get(JAVA_INT, CMSG_LEVEL) != Linux.SOL_SOCKET
				|| control.get(JAVA_INT, CMSG_TYPE) != Linux.SCM_RIGHTS)
			return;
		long bytes = Math.min(control.get(JAVA_LONG, 0), length) - CMSG_DATA;
		receivedCount = (int) (bytes / Integer.BYTES);
		for (int i = 0; i < receivedCount; i++)
			received[i] = control.get(JAVA_INT, CMSG_DATA + Integer.BYTES * (long) i);
	}

	/** How many descriptors the last {@link #receive} brought; they are the caller's. */
	public int receivedDescriptors() {
		return receivedCount;
	}

	/** Descriptor {@code index} of the last {@link #receive}. */
	public int receivedDescriptor(int index) {
		return received[index];
	}

	/** Whether the last {@link #receive} lost descriptors because there were too many. */
	public boolean truncated() {
		return truncated;
	}

	/**
	 * Sends bytes, and descriptors with the first of them. The descriptors stay the caller's.
	 *
	 * @return bytes sent, or a negative error number; {@code -EPIPE} when the peer is gone, without a signal
	 */
	public int send(MemorySegment source, long offset, long length, int... descriptors) {
		iovec.set(0, source.address() + offset, length);
		if (descriptors.length == 0) {
			message.set(JAVA_LONG, MSG_CONTROL, 0);
			message.set(JAVA_LONG, MSG_CONTROLLEN, 0);
		} else {
			long size = CMSG_DATA + Integer.BYTES * (long) descriptors.length;
			control.set(JAVA_LONG, 0, size);
			control.set(JAVA_INT, CMSG_LEVEL, Linux.SOL_SOCKET);
			control.set(JAVA_INT, CMSG_TYPE, Linux.SCM_RIGHTS);
			for (int i = 0; i < descriptors.length; i++)
				control.set(JAVA_INT, CMSG_DATA + Integer.BYTES * (long) i, descriptors[i]);
			message.set(JAVA_LONG, MSG_CONTROL, control.address());
			message.set(JAVA_LONG, MSG_CONTROLLEN, (size + 7) & ~7L);
		}
		return (int) Linux.sendmsg(fd, message.address(), Linux.MSG_NOSIGNAL);
	}

	@Override
	public void close() {
		if (!arena.scope().isAlive())
			return;
		Linux.close(fd);
		arena.close();
	}
}
