package bus.vhostuser.session;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import bus.linux.Errno;
import bus.linux.Linux;
import bus.linux.MessageSocket;

/**
 * The message that is being received, with its descriptors. Reused for each message of a connection.
 *
 * <pre>
 *   0: request u32      4: flags u32 (version 2 bits, reply, need_reply)      8: size u32      12: payload
 * </pre>
 *
 * All numbers are in the host's byte order. Descriptors come with the header; those that nobody {@linkplain #take takes}
 * are closed when the message is done.
 */
final class Message {
	static final int HEADER = 12;
	/** The largest payload of any message that is understood here: a memory table of 8, or a configuration of 256. */
	static final int MAX_PAYLOAD = 512;

	private static final int VERSION_MASK = 3;
	private static final int VERSION = 1;
	private static final int REPLY = 4;
	private static final int NEED_REPLY = 8;

	private final MemorySegment bytes;
	private final ByteBuffer view;
	private final int[] descriptors = new int[MessageSocket.MAX_DESCRIPTORS];
	private int descriptorCount;
	private boolean descriptorsLost;
	private int received;

	Message(Arena arena) {
		bytes = arena.allocate(HEADER + MAX_PAYLOAD, 8);
		view = bytes.asByteBuffer().order(ByteOrder.nativeOrder());
	}

	/**
	 * Receives as much of the message as there is.
	 *
	 * @return 1 if it is complete, 0 if the rest is still to come, -1 if the connection ended
	 * @throws RefusedException if the header is none, so that the stream cannot be followed any more
	 */
	int receive(MessageSocket socket) throws RefusedException {
		while (received < HEADER || received < HEADER + size()) {
			int wanted = received < HEADER ? HEADER - received : HEADER + size() - received;
			int n = socket.receive(bytes, received, wanted);
			if (n == -Errno.EINTR)
				continue;
			if (n == -Errno.EAGAIN)
				return 0;
			if (n <= 0)
				return -1;
			keepDescriptors(socket);
			received += n;
			if (received == HEADER)
				checkHeader();
		}
		return 1;
	}

	private void keepDescriptors(MessageSocket socket) {
		descriptorsLost |= socket.truncated();
		for (int i = 0; i < socket.receivedDescriptors(); i++)
			if (descriptorCount < descriptors.length)
				descriptors[descriptorCount++] = socket.receivedDescriptor(i);
			else
				Linux.close(socket.receivedDescriptor(i));
	}

	private void checkHeader() throws RefusedException {
		int flags = view.getInt(4);
		if ((flags & VERSION_MASK) != VERSION || (flags & REPLY) != 0)
			throw new RefusedException("flags=0x" + Integer.toHexString(flags) + " is not a vhost-user request");
		if (size() < 0 || size() > MAX_PAYLOAD)
			throw new RefusedException("size=" + Integer.toUnsignedString(size()) + " of request=" + request()
					+ ", allowed: 0 to " + MAX_PAYLOAD);
	}

	/** Closes the descriptors that were not taken. */
	void closeDescriptors() {
		for (int i = 0; i < descriptorCount; i++)
			if (descriptors[i] >= 0)
				Linux.close(descriptors[i]);
		descriptorCount = 0;
	}

	/** Makes room for the next message. */
	void done() {
		closeDescriptors();
		descriptorsLost = false;
		received = 0;
	}

	int request() {
		return view.getInt(0);
	}

	boolean needsReply() {
		return (view.getInt(4) & NEED_REPLY) != 0;
	}

	int size() {
		return view.getInt(8);
	}

	/** A 32-bit number of the payload. */
	int u32(int offset) {
		return view.getInt(HEADER + offset);
	}

	long u64(int offset) {
		return view.getLong(HEADER + offset);
	}

	byte[] bytes(int offset, int length) {
		var copy = new byte[length];
		view.get(HEADER + offset, copy);
		return copy;
	}

	int descriptors() {
		return descriptorCount;
	}

	boolean lostDescriptors() {
		return descriptorsLost;
	}

	int descriptor(int index) {
		return descriptors[index];
	}

	/** Makes descriptor {@code index} the caller's. */
	int take(int index) {
		int descriptor = descriptors[index];
		descriptors[index] = -1;
		return descriptor;
	}

	/** As {@link #take}; neither reading nor writing holds the loop, however empty or full the other end leaves it. */
	int takeNonBlocking(int index) {
		int descriptor = take(index);
		Linux.fcntl(descriptor, Linux.F_SETFL, Linux.fcntl(descriptor, Linux.F_GETFL, 0) | Linux.O_NONBLOCK);
		return descriptor;
	}
}
