package port.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import bus.api.GuestPort;
import bus.linux.Errno;
import bus.linux.Linux;
import bus.linux.LinuxException;

/**
 * A file that the guest reads once, from its beginning to its end. A thread of its own reads ahead, one buffer, because a
 * disk may keep a reader waiting. The kernel has the position: with the descriptor it goes to the next instance.
 */
final class FileInput implements Input {
	private static final int BUFFER = 64 << 10;
	private static final Duration RETRY = Duration.ofSeconds(2);
	/** How long the unplugging thread waits for a disk that does not answer. */
	private static final Duration STUCK = Duration.ofSeconds(1);
	private static final int FROM_HERE = 1;
	private static final System.Logger LOG = System.getLogger("port.file");

	private final ReentrantLock lock = new ReentrantLock();
	private final Condition changed = lock.newCondition();
	private final GuestPort guest;
	private final String option;
	private final Path path;
	private final int file;
	private final Arena arena = Arena.ofShared();
	private final MemorySegment memory = arena.allocate(BUFFER);
	/** What has been read and the guest has not taken. Guarded by the lock, except while the reader fills it. */
	private ByteBuffer ready = ByteBuffer.allocate(0);
	private boolean closing;
	private volatile long position;
	private volatile String state = "reading";
	private final Thread reader;

	/**
	 * @param option {@code key=PATH}, for messages and for the next instance
	 */
	FileInput(GuestPort guest, String option, Path path) throws IOException {
		this.guest = guest;
		this.option = option;
		this.path = path;
		int kept = guest.kept(option);
		file = kept >= 0 ? kept : (int) LinuxException.check(Linux.open(path.toString(), Linux.O_RDONLY, 0), option);
		position = Linux.lseek(file, 0, FROM_HERE);
		reader = Thread.ofPlatform().daemon().name("port.file " + option).start(this::read);
	}

	@Override
	public int put(ByteBuffer room) {
		lock.lock();
		try {
			int put = Math.min(room.remaining(), ready.remaining());
			room.put(ready.slice(ready.position(), put));
			ready.position(ready.position() + put);
			position = position + put;
			if (put > 0 && !ready.hasRemaining())
				changed.signal();
			return put;
		} finally {
			lock.unlock();
		}
	}

	/** The reader thread. */
	private void read() {
		var bytes = memory.asByteBuffer();
		boolean failed = false;
		while (await(failed)) {
			long count = Linux.read(file, memory.address(), BUFFER);
			if (count == -Errno.EINTR)
				continue;
			if (count == 0) {
				state = "at its end";
				return;
			}
			if (count < 0 && !failed) {
				state = Errno.text(Linux.errno(count));
				LOG.log(System.Logger.Level.WARNING, option + ": " + state + "; the guest has to wait for the rest");
			} else if (count > 0 && failed) {
				state = "reading";
				LOG.log(System.Logger.Level.INFO, option + ": goes on");
			}
			failed = count < 0;
			if (!failed)
				offer(bytes.clear().limit((int) count));
		}
	}

	/** Waits until there is reason to read; answers whether there will be any. */
	private boolean await(boolean failed) {
		lock.lock();
		try {
			long left = failed ? RETRY.toNanos() : 0;
			while (!closing && (ready.hasRemaining() || left > 0))
				if (left > 0)
					left = changed.awaitNanos(left);
				else
					changed.await();
			return !closing;
		} catch (InterruptedException e) {
			return false;
		} finally {
			lock.unlock();
		}
	}

	private void offer(ByteBuffer bytes) {
		lock.lock();
		try {
			ready = bytes;
		} finally {
			lock.unlock();
		}
		guest.readable();
	}

	@Override
	public void figures(Map<String, Object> figures) {
		figures.put("reads from", path.toString());
		figures.put("position", position);
		figures.put("input state", state);
	}

	/** The next instance goes on at the byte. */
	@Override
	public void close() {
		lock.lock();
		try {
			closing = true;
			changed.signal();
		} finally {
			lock.unlock();
		}
		try {
			if (!reader.join(STUCK)) {
				LOG.log(System.Logger.Level.WARNING, option + ": the disk does not answer; the file stays open");
				return;
			}
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
			return;
		}
		Linux.lseek(file, -ready.remaining(), FROM_HERE);
		arena.close();
		guest.keep(option, file);
	}
}
