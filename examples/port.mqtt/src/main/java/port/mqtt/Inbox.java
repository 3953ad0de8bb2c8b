package port.mqtt;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Messages for the guest that it has no room for yet. The broker sends no more than {@link #MOST} that are not acknowledged,
 * and a message is acknowledged when the guest has it; only messages of QoS 0, which may be lost, can come beyond. Any thread.
 */
final class Inbox {
	static final int MOST = 32;

	private final ReentrantLock lock = new ReentrantLock();
	private final Deque<Message> messages = new ArrayDeque<>();
	private long lost;

	/**
	 * A message, its text with an end of line.
	 *
	 * @param id 0 with QoS 0
	 */
	record Message(int id, int qos, ByteBuffer line) {

		static Message of(int id, int qos, byte[] payload) {
			return new Message(qos == 0 ? 0 : id, qos, ByteBuffer.allocate(payload.length + 1).put(payload)
					.put((byte) '\n').flip());
		}
	}

	/**
	 * Takes a message, unless it is here already: after a broken connection the broker sends again what has not been
	 * acknowledged.
	 */
	void put(Message message) {
		lock.lock();
		try {
			boolean again = message.qos > 0 && messages.stream().anyMatch(one -> one.qos > 0 && one.id == message.id);
			if (again)
				return;
			if (message.qos == 0 && messages.size() >= 2 * MOST)
				lost++;
			else
				messages.add(message);
		} finally {
			lock.unlock();
		}
	}

	/**
	 * Gives what there is room for, without waiting; answers how many bytes.
	 *
	 * @param whole is told of each message that has been given to its end
	 */
	int take(ByteBuffer room, Consumer<Message> whole) {
		lock.lock();
		try {
			int count = 0;
			while (room.hasRemaining() && !messages.isEmpty()) {
				var line = messages.peek().line;
				int piece = Math.min(line.remaining(), room.remaining());
				room.put(line.slice(line.position(), piece));
				line.position(line.position() + piece);
				count += piece;
				if (!line.hasRemaining())
					whole.accept(messages.remove());
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
