package guest.driver;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.EOFException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import bus.linux.Epoll;
import bus.linux.Errno;
import bus.linux.Linux;
import bus.linux.LinuxException;
import bus.linux.MessageSocket;

/**
 * vhost-user messages over a socket, with deadlines and without opinions: a test may send what it likes, in the pieces
 * it likes. Owns the socket. One thread at a time.
 */
public final class MessageChannel implements AutoCloseable {
	private static final int SIZE_OFFSET = 8;

	private final MessageSocket socket;
	private final Epoll readable;
	private final Epoll writable;
	private final Arena arena = Arena.ofShared();
	private final MemorySegment in = arena.allocate(Message.HEADER_SIZE + Message.MAX_PAYLOAD, 8);
	private final List<Integer> descriptors = new ArrayList<>();
	/** Bytes of the message under way; a deadline may pass in the middle of one. */
	private int received;

	public MessageChannel(MessageSocket socket) throws LinuxException {
		this.socket = socket;
		this.readable = new Epoll(1);
		this.writable = new Epoll(1);
		readable.add(socket.descriptor(), Epoll.IN, 0);
		writable.add(socket.descriptor(), Epoll.OUT, 0);
	}

	/** Two channels connected to each other. */
	public static MessageChannel[] pair() throws LinuxException {
		var pair = MessageSocket.pair();
		return new MessageChannel[] { new MessageChannel(pair[0]), new MessageChannel(pair[1]) };
	}

	public int descriptor() {
		return socket.descriptor();
	}

	/** Sends a message; its descriptors stay the caller's. */
	public void send(Message message, Duration timeout) throws LinuxException, BackEndException {
		sendBytes(message.encode(), timeout, message.descriptors());
	}

	/** Sends bytes, whether a message or not, and descriptors with the first of them. */
	public void sendBytes(byte[] bytes, Duration timeout, int... passed) throws LinuxException, BackEndException {
		var deadline = Deadline.after(timeout);
		try (var scratch = Arena.ofConfined()) {
			var out = scratch.allocateFrom(JAVA_BYTE, bytes);
			int done = 0;
			while (done < bytes.length) {
				int n = done == 0 ? socket.send(out, 0, bytes.length, passed)
						: socket.send(out, done, bytes.length - done);
				if (n == -Errno.EAGAIN)
					awaitWritable(deadline, timeout);
				else if (n != -Errno.EINTR)
					done += (int) LinuxException.check(n, "sendmsg to the back-end");
			}
		}
	}

	private void awaitWritable(Deadline deadline, Duration timeout) throws LinuxException, BackEndException {
		if (deadline.passed())
			throw new BackEndException("the back-end takes no message for " + timeout.toMillis() + " ms");
		writable.await(deadline.millisLeft());
	}

	/**
	 * Waits for a whole message.
	 *
	 * @return null when the time is over; what has arrived of a message is kept for the next call
	 * @throws EOFException if the peer has closed the socket
	 */
	public Message receive(Duration timeout) throws LinuxException, EOFException, BackEndException {
		var deadline = Deadline.after(timeout);
		while (true) {
			int wanted = wanted();
			if (received == wanted)
				return take();
			int n = socket.receive(in, received, wanted - received);
			for (int i = 0; i < socket.receivedDescriptors(); i++)
				descriptors.add(socket.receivedDescriptor(i));
			if (n > 0) {
				received += n;
			} else if (n == 0 || n == -Errno.ECONNRESET) {
				throw new EOFException("the back-end has closed the socket"
						+ (received > 0 ? " in the middle of a message" : ""));
			} else if (n == -Errno.EAGAIN) {
				if (deadline.passed())
					return null;
				readable.await(deadline.millisLeft());
			} else if (n != -Errno.EINTR) {
				throw new LinuxException("recvmsg from the back-end", Linux.errno(n));
			}
		}
	}

	private int wanted() throws BackEndException {
		if (received < Message.HEADER_SIZE)
			return Message.HEADER_SIZE;
		int size = header().getInt(SIZE_OFFSET);
		if (size < 0 || size > Message.MAX_PAYLOAD)
			throw new BackEndException("message header with size=" + Integer.toUnsignedString(size) + ", at most "
					+ Message.MAX_PAYLOAD + " is sane");
		return Message.HEADER_SIZE + size;
	}

	private ByteBuffer header() {
		return in.asSlice(0, Message.HEADER_SIZE).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
	}

	private Message take() {
		var header = header();
		byte[] payload = in.asSlice(Message.HEADER_SIZE, received - Message.HEADER_SIZE).toArray(JAVA_BYTE);
		var message = new Message(header.getInt(0), header.getInt(4), payload,
				descriptors.stream().mapToInt(Integer::intValue).toArray());
		descriptors.clear();
		received = 0;
		return message;
	}

	@Override
	public void close() {
		if (!arena.scope().isAlive())
			return;
		descriptors.forEach(Linux::close);
		readable.close();
		writable.close();
		socket.close();
		arena.close();
	}
}
