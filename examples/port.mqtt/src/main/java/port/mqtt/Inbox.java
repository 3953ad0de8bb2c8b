package port.mqtt;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Messages for the guest that it has no room for yet. The broker sends no more than {@link #MOST} that are not
 * acknowledged, and a message is acknowledged when the guest has it; only messages of QoS 0, which may be lost, can
 * come beyond. Any thread.
 */
final class Inbox {
	static final int MOST = 32;

	private final ReentrantLock lock = new ReentrantLock();
	private final Deque<Message> messages = new ArrayDeque<>();
	private long lost;

	/**
	 * A message, its text with an end of line.
	 *
	 * @param acknowledge tells the broker; null with QoS 0
	 */
	private record Message(ByteBuffer line, Runnable acknowledge) {
	}

	/**
	 * Takes a message.
	 *
	 * @param acknowledge run when the guest has it, must not wait; null for a message that may be lost
	 */
	void put(byte[] payload, Runnable acknowledge) {
		lock.lock();
		try {
			if (acknowledge == null && messages.size() >= 2 * MOST)
				lost++;
			else
				messages.add(new Message(ByteBuffer.allocate(payload.length + 1).put(payload).put((byte) '\n').flip(),
						acknowledge));
		} finally {
			lock.unlock();
		}
	}

	/** Gives what there is room for, without waiting; answers how many bytes. */
	int take(ByteBuffer room) {
		lock.lock();
		try {
			int count = 0;
			while (room.hasRemaining() && !messages.isEmpty()) {
				var line = messages.peek().line;
				int piece = Math.min(line.remaining(), room.remaining());
				room.put(line.slice(line.position(), piece));
				line.position(line.position() + piece);
				count += piece;
				if (!line.hasRemaining() && messages.remove().acknowledge instanceof Runnable acknowledge)
					acknowledge.run();
			}
			return count;
		} finally {
			lock.unlock();
		}
	}

	/** Messages of QoS 0 that came too fast. */
	long lost() {
		lock.lock();
		try {
			return lost;
		} finally {
			lock.unlock();
		}
	}
}
