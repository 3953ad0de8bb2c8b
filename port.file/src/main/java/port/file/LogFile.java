package port.file;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;

/**
 * The file that is written: when it is on the disk, that it is rotated where it ends, and whether it is still the one
 * that the path names. Owned by the thread that writes, except for what figures are made of. Any of its calls may take
 * as long as the disk.
 */
final class LogFile implements AutoCloseable {
	/** How old the knowledge of who has renamed or shortened the file may get. */
	private static final Duration LOOK = Duration.ofSeconds(1);
	/** Clocks are set; no period is slept through. */
	private static final Duration LONGEST_REST = Duration.ofMinutes(1);
	private static final System.Logger LOG = System.getLogger("port.file");

	private final Path path;
	private final Options options;
	private final Backups backups;
	private final Runnable rotated;
	private final Backups.Opener opener;
	private final InstantSource clock;
	private final Cut cut;
	private FileChannel channel;
	private Object key;
	private Instant looked = Instant.MIN;
	private Instant unsynced;
	private boolean failing;
	private boolean rotationFailing;
	private boolean syncFailing;
	private volatile boolean abandoned;
	private volatile long written;
	private volatile int rotations;
	private volatile String syncProblem = "";

	/**
	 * Opens the file.
	 *
	 * @param path regular, if it exists
	 * @param cut where it ends
	 * @param rotated told of each rotation
	 */
	LogFile(Path path, Options options, Backups backups, Cut cut, Runnable rotated, Backups.Opener opener,
			InstantSource clock) throws IOException {
		this.path = path;
		this.options = options;
		this.backups = backups;
		this.cut = cut;
		this.rotated = rotated;
		this.opener = opener;
		this.clock = clock;
		try {
			open();
		} catch (IOException e) {
			if (channel != null) // it may be written but not read
				channel.close();
			throw e;
		}
	}

	private void open() throws IOException {
		if (Files.exists(path) && !Files.isRegularFile(path))
			throw new FileSystemException(path.toString(), null, "is not a regular file any more");
		channel = opener.open(path, Set.of(CREATE, APPEND));
		var attributes = Files.readAttributes(path, BasicFileAttributes.class);
		key = attributes.fileKey();
		cut.begin(attributes.size(), attributes.size() == 0 || lastByte() == '\n',
				attributes.lastModifiedTime().toInstant());
		looked = clock.instant();
	}

	private int lastByte() throws IOException {
		try (var reading = FileChannel.open(path, READ)) { // what is appended to cannot be read
			var last = ByteBuffer.allocate(1);
			return reading.read(last, Math.max(0, reading.size() - 1)) == 1 ? last.get(0) : '\n';
		}
	}

	/** Throws away what is in it. */
	void truncate() throws IOException {
		channel.truncate(0);
		cut.begin(0, true, clock.instant());
	}

	/**
	 * Writes a piece, at least a byte.
	 *
	 * @param data its position moves behind what is in the file
	 * @throws IOException if nothing, or no more, could be written; to be tried again
	 */
	void write(ByteBuffer data) throws IOException {
		try {
			var now = clock.instant();
			if (failing || !within(looked, LOOK, now))
				look(now);
			if (abandoned)
				cut.postpone(now);
			if (cut.here(now))
				rotate(now);
			append(data.slice(data.position(), cut.piece(data, now)), data, now);
			failing = false;
		} catch (IOException e) {
			failing = true;
			throw e;
		}
	}

	/** Also if the clock was set back. */
	private static boolean within(Instant since, Duration time, Instant now) {
		return !now.isBefore(since) && now.isBefore(since.plus(time));
	}

	/** Somebody may have moved, deleted or shortened it, with logrotate for instance. */
	private void look(Instant now) throws IOException {
		looked = now;
		try {
			var attributes = Files.readAttributes(path, BasicFileAttributes.class);
			if (channel != null && attributes.fileKey().equals(key)) {
				cut.size(attributes.size());
				return;
			}
		} catch (NoSuchFileException e) {
			// so it is to be made, if its directory is there: where that has gone a disk is perhaps not mounted
		}
		if (channel != null) {
			var left = channel;
			channel = null;
			if (options.sync().whenClosed())
				sync(left);
			left.close();
			LOG.log(System.Logger.Level.INFO, path + ": was moved or deleted; goes on in a new file");
		}
		open();
	}

	private void append(ByteBuffer piece, ByteBuffer data, Instant now) throws IOException {
		int count = channel.write(piece);
		if (count == 0)
			throw new IOException("takes nothing");
		if (options.sync().always())
			syncOrUndo();
		data.position(data.position() + count);
		cut.wrote(count, data.get(data.position() - 1) == '\n', now);
		written = written + count;
		if (unsynced == null && options.sync().seconds() > 0)
			unsynced = now;
	}

	/**
	 * A disk that says afterwards that it has not taken it (a network's, one that promises more room than there is) has
	 * thrown it away: it is written again.
	 */
	private void syncOrUndo() throws IOException {
		try {
			channel.force(false);
		} catch (IOException e) {
			channel.truncate(cut.size());
			throw e;
		}
	}

	private void rotate(Instant now) {
		try {
			if (options.sync().whenClosed())
				sync(channel);
			var next = backups.rotate();
			var left = channel;
			channel = next;
			key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
			cut.begin(0, true, now);
			unsynced = null;
			rotations = rotations + 1;
			if (rotationFailing)
				LOG.log(System.Logger.Level.INFO, path + ": is rotated again");
			rotationFailing = false;
			rotated.run();
			left.close();
		} catch (IOException e) {
			if (!rotationFailing)
				LOG.log(System.Logger.Level.WARNING, path + ": cannot be rotated: " + why(e) + "; it grows meanwhile");
			rotationFailing = true;
			cut.postpone(now);
			looked = Instant.MIN;
		}
	}

	/**
	 * Does what is due though there is nothing to write.
	 *
	 * @return nanoseconds until something else is due
	 */
	long rest() {
		var now = clock.instant();
		if (channel == null || failing)
			return LONGEST_REST.toNanos();
		long rest = LONGEST_REST.toNanos();
		if (options.sync().seconds() > 0 && unsynced != null) {
			var period = Duration.ofSeconds(options.sync().seconds());
			if (!within(unsynced, period, now))
				sync(channel);
			else
				rest = Duration.between(now, unsynced.plus(period)).toNanos();
		}
		if (!abandoned && cut.hereAtRest(now))
			rotate(now);
		return options.frequency() == Frequency.NEVER && unsynced == null ? Long.MAX_VALUE : rest;
	}

	private void sync(FileChannel file) {
		unsynced = null;
		try {
			file.force(false);
			if (syncFailing)
				LOG.log(System.Logger.Level.INFO, path + ": sync works again");
			syncFailing = false;
			syncProblem = "";
		} catch (IOException e) {
			if (!syncFailing)
				LOG.log(System.Logger.Level.WARNING, path + ": sync: " + why(e)
						+ "; what was written before may not be on the disk");
			syncFailing = true;
			syncProblem = why(e);
		}
	}

	/** Says what is wrong, without the path. */
	static String why(IOException e) {
		if (e instanceof NoSuchFileException)
			return "no such directory";
		if (e instanceof FileSystemException system)
			return system.getReason() == null ? e.getClass().getSimpleName() : system.getReason();
		return e.getMessage();
	}

	/** Its names are another's from now on: if the disk ever answers, the rest is written, nothing renamed. Any thread. */
	void abandon() {
		abandoned = true;
	}

	Path path() {
		return path;
	}

	/** Of the file as it is now; what others have written to it counts. Any thread. */
	long size() {
		return cut.size();
	}

	/** Bytes since the port was plugged. Any thread. */
	long written() {
		return written;
	}

	/** Any thread. */
	int rotations() {
		return rotations;
	}

	/** When what is written comes to be on the disk, or what is wrong with that. Any thread. */
	String synced() {
		return syncProblem.isEmpty() ? options.sync().when() : "failed: " + syncProblem;
	}

	@Override
	public void close() throws IOException {
		if (channel == null)
			return;
		if (options.sync().whenClosed())
			sync(channel);
		channel.close();
	}
}
