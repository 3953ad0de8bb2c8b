package port.console;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/** What was typed and the guest has not read. Full, it takes no more. Any thread. */
final class Keyboard {
	/** A pasted page; a terminal's own buffer is as large. */
	static final int CAPACITY = 4096;

	private final ReentrantLock lock = new ReentrantLock();
	private final ByteBuffer keys = ByteBuffer.allocate(CAPACITY);

	/** Answers how many bytes were taken. */
	int put(ByteBuffer typed) {
		lock.lock();
		try {
			return Bytes.move(typed, keys);
		} finally {
			lock.unlock();
		}
	}

	/** Answers how many bytes were put into {@code room}. */
	int take(ByteBuffer room) {
		lock.lock();
		try {
			keys.flip();
			int taken = Bytes.move(keys, room);
			keys.compact();
			return taken;
		} finally {
			lock.unlock();
		}
	}

	/** Writes down what is here. */
	void save(DataOutput to) throws IOException {
		lock.lock();
		try {
			Kept.write(to, keys.duplicate().flip());
		} finally {
			lock.unlock();
		}
	}

	/** Goes on from there, as the first thing that it does. */
	void restore(DataInput from) throws IOException {
		lock.lock();
		try {
			Kept.read(from, keys);
		} finally {
			lock.unlock();
		}
	}
}
