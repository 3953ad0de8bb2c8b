package port.file;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipException;

import bus.linux.Linux;

/**
 * Compresses rotated files, the oldest first, on a thread that gives way to all others and is there only while there is
 * something to do. What waits for it is no queue but the files themselves: there are as many as are kept, and one that
 * is too old before its turn has come goes uncompressed.
 */
final class Compressor {
	private static final int PIECE = 64 << 10;
	private static final int NICEST = 19;
	/** How long the unplugging thread waits for a disk that does not answer. */
	private static final Duration STUCK = Duration.ofSeconds(1);
	private static final System.Logger LOG = System.getLogger("port.file");

	private final ReentrantLock lock = new ReentrantLock();
	private final Backups backups;
	private final String name;
	/** Guarded by the lock; null if there is nothing to do. */
	private Thread worker;
	/** Guarded by the lock. */
	private boolean more;
	private volatile boolean closing;
	private volatile boolean abandoned;
	private volatile int compressed;
	/** What went wrong last; empty if nothing. */
	private volatile String problem = "";

	Compressor(Backups backups, String name) {
		this.backups = backups;
		this.name = name;
	}

	/** There may be something to compress. Any thread. */
	void wake() {
		lock.lock();
		try {
			more = true;
			if (worker == null && !closing)
				worker = Thread.ofPlatform().daemon().name("port.file gzip " + name).start(this::work);
		} finally {
			lock.unlock();
		}
	}

	private void work() {
		Linux.setpriority(NICEST);
		try {
			while (goesOn())
				compressAll();
		} catch (IOException e) {
			failed(e);
		} finally {
			ended();
		}
	}

	private void ended() {
		lock.lock();
		try {
			if (worker == Thread.currentThread()) // not if another was begun since goesOn()
				worker = null;
		} finally {
			lock.unlock();
		}
	}

	private boolean goesOn() {
		lock.lock();
		try {
			boolean answer = more && !closing;
			more = false;
			if (!answer)
				worker = null; // in one step with looking: who wakes it now begins another
			return answer;
		} finally {
			lock.unlock();
		}
	}

	private void failed(IOException e) {
		if (!closing && problem.isEmpty())
			LOG.log(System.Logger.Level.WARNING, name + ": cannot be compressed: " + LogFile.why(e)
					+ "; tried again after the next rotation");
		problem = LogFile.why(e);
		try {
			if (!abandoned)
				backups.giveUpPart();
		} catch (IOException again) {
			// the next start removes it
		}
	}

	private void compressAll() throws IOException {
		int below = Integer.MAX_VALUE;
		while (!closing) {
			var job = backups.oldest(below).orElse(null);
			if (job == null)
				return;
			var source = job.source();
			try (source) {
				if (job.twin() != null)
					below = settle(job, below);
				else
					compress(job);
			}
		}
	}

	private void compress(Backups.Job job) throws IOException {
		try (var part = backups.part(job); var in = Channels.newInputStream(job.source());
				var out = new GZIPOutputStream(Channels.newOutputStream(part), PIECE)) {
			var piece = new byte[PIECE];
			for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
				if (closing)
					throw new IOException("unplugged");
				out.write(piece, 0, count);
			}
			out.finish();
			part.force(true);
			if (!abandoned && backups.commit(job))
				compressed = compressed + 1;
		}
		if (!problem.isEmpty())
			LOG.log(System.Logger.Level.INFO, name + ": is compressed again");
		problem = "";
	}

	/**
	 * A file and a compressed one have the same number. If they are the same, a crash came between the two last steps; if
	 * not, somebody else has put one there, and neither is touched.
	 */
	private int settle(Backups.Job job, int below) throws IOException {
		if (same(job.source(), job.twin())) {
			backups.drop(job);
			return below;
		}
		LOG.log(System.Logger.Level.WARNING, job.path() + " and " + job.twin().getFileName()
				+ " are both there and differ; remove one of them");
		var name = job.path().toString();
		return Integer.parseInt(name.substring(name.lastIndexOf('.') + 1));
	}

	private static boolean same(FileChannel plain, Path compressed) throws IOException {
		try (InputStream one = Channels.newInputStream(plain);
				InputStream other = new GZIPInputStream(Files.newInputStream(compressed), PIECE)) {
			byte[] a;
			do {
				a = one.readNBytes(PIECE);
				if (!Arrays.equals(a, other.readNBytes(PIECE)))
					return false;
			} while (a.length > 0);
			return true;
		} catch (ZipException | EOFException e) {
			return false; // not whole, or not compressed
		}
	}

	/** Any thread. */
	int compressed() {
		return compressed;
	}

	/** What went wrong last; empty if nothing. Any thread. */
	String problem() {
		return problem;
	}

	/** Stops in the midst of a file: the next instance begins it again. */
	void close() {
		Thread left;
		lock.lock();
		try {
			closing = true;
			left = worker;
		} finally {
			lock.unlock();
		}
		try {
			if (left != null && !left.join(STUCK))
				abandoned = true;
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
			abandoned = true;
		}
	}
}
