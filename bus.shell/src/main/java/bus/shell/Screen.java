package bus.shell;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * What the guest wrote and the user's terminal has not shown. The loop thread fills it and must not wait for a terminal:
 * what does not fit is lost, and a mark says how much.
 */
final class Screen implements Consumer<ByteBuffer> {
	private static final int LEAST = 64 << 10;
	/** The largest replay of a console, and its marks. */
	static final int MOST = (4 << 20) + LEAST;

	private final ReentrantLock lock = new ReentrantLock();
	private final Condition changed = lock.newCondition();
	/** Grows when it must: a terminal that keeps up needs little. */
	private ByteBuffer bytes = ByteBuffer.allocate(LEAST);
	private long lost;
	private boolean ended;

	@Override
	public void accept(ByteBuffer data) {
		lock.lock();
		try {
			grow(data.remaining());
			int taken = Math.min(data.remaining(), bytes.remaining());
			bytes.put(data.slice(data.position(), taken));
			lost += data.remaining() - taken;
			changed.signal();
		} finally {
			lock.unlock();
		}
	}

	private void grow(int wanted) {
		int size = bytes.capacity();
		while (size < bytes.position() + wanted && size < MOST)
			size = Math.min(MOST, 2 * size);
		if (size > bytes.capacity())
			bytes = ByteBuffer.allocate(size).put(bytes.flip());
	}

	/** Shows what comes until {@link #end}. */
	void show(OutputStream terminal) throws IOException {
		for (byte[] next = next(); next.length > 0; next = next()) {
			terminal.write(next);
			terminal.flush();
		}
	}

	private byte[] next() {
		lock.lock();
		try {
			while (bytes.position() == 0 && !ended)
				changed.awaitUninterruptibly();
			String mark = lost == 0 ? "" : "\r\n[vport: " + lost + " bytes lost]\r\n";
			lost = 0;
			var next = ByteBuffer.allocate(bytes.flip().remaining() + mark.length());
			next.put(bytes).put(StandardCharsets.US_ASCII.encode(mark));
			bytes.clear();
			return next.array();
		} finally {
			lock.unlock();
		}
	}

	/** {@link #show} returns when it has shown what is there. */
	void end() {
		lock.lock();
		try {
			ended = true;
			changed.signal();
		} finally {
			lock.unlock();
		}
	}
}
