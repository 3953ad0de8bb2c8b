package port.mqtt;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lines of the guest that have not been published, up to a bound. A line that is longer than the bound is cut. Any
 * thread.
 */
final class LineQueue {
	private static final int CAPACITY = 64 << 10;

	private final ReentrantLock lock = new ReentrantLock();
	private final Condition changed = lock.newCondition();
	private final ByteBuffer bytes = ByteBuffer.allocate(CAPACITY);
	/** Of those at the front, what is known to have no end of line. */
	private int searched;
	/** A line was taken and has not been {@link #done}. */
	private boolean handed;

	/** Takes what there is room for, without waiting; answers how much. */
	int put(ByteBuffer from) {
		lock.lock();
		try {
			int count = Math.min(from.remaining(), bytes.remaining());
			bytes.put(from.slice(from.position(), count));
			changed.signal();
			return count;
		} finally {
			lock.unlock();
		}
	}

	/** Waits for the next line; answers it without its end. */
	byte[] take() throws InterruptedException {
		lock.lockInterruptibly();
		try {
			int end = lineEnd();
			while (end < 0 && bytes.hasRemaining()) {
				changed.await();
				end = lineEnd();
			}
			bytes.flip();
			var line = new byte[end < 0 ? bytes.remaining() : end];
			bytes.get(line);
			if (end >= 0)
				bytes.get(); // the end of the line itself
			bytes.compact();
			searched = 0;
			handed = true;
			return line;
		} finally {
			lock.unlock();
		}
	}

	private int lineEnd() {
		for (; searched < bytes.position(); searched++)
			if (bytes.get(searched) == '\n')
				return searched;
		return -1;
	}

	/** What was taken last is where it should go. */
	void done() {
		lock.lock();
		try {
			handed = false;
		} finally {
			lock.unlock();
		}
	}

	/** Whether a whole line is here, or in the hands of who took it. */
	boolean isBusy() {
		lock.lock();
		try {
			return handed || lineEnd() >= 0;
		} finally {
			lock.unlock();
		}
	}
}
