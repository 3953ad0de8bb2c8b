package port.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The rotated files: PATH.1 is the newest, and the larger a number the older; a compressed one has .gz behind it. They are
 * renamed by the writer while the compressor works, so the latter knows its file by device and inode and finds out at
 * the end what it is called by then. Every step leaves names that the next start can go on with.
 */
final class Backups {
	private static final FileAttribute<?> OWNER_ONLY = PosixFilePermissions
			.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
	private static final Set<OpenOption> NEW = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE,
			StandardOpenOption.APPEND);

	/** How files are opened; tests have one that fails. */
	@FunctionalInterface
	interface Opener {
		FileChannel open(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException;
	}

	/**
	 * A rotated file to compress.
	 *
	 * @param source open for reading, the taker's to close
	 * @param twin a compressed file with the same number, left behind by a crash just after it was whole; or null
	 */
	record Job(Path path, FileChannel source, Object key, FileTime modified, Path twin) {
	}

	private final ReentrantLock lock = new ReentrantLock();
	private final Path path;
	private final int count;
	private final Duration maxage;
	private final InstantSource clock;
	private final Opener opener;

	/**
	 * @param path of the file that is written
	 * @param count how many rotated ones are kept
	 * @param maxage of a rotated one; zero: any
	 */
	Backups(Path path, int count, Duration maxage, InstantSource clock, Opener opener) {
		this.path = path;
		this.count = count;
		this.maxage = maxage;
		this.clock = clock;
		this.opener = opener;
	}

	private Path sibling(String prefix, String suffix) {
		return path.resolveSibling(prefix + path.getFileName() + suffix);
	}

	private Path plain(int number) {
		return sibling("", "." + number);
	}

	private Path gz(int number) {
		return sibling("", "." + number + ".gz");
	}

	/** The next file, empty, before it gets the name; hidden, and of no use to anybody if a crash leaves it. */
	private Path next() {
		return sibling(".", ".rotating");
	}

	/** A compressed file until it is whole; likewise. */
	private Path part() {
		return sibling(".", ".compressing");
	}

	/** Removes what a crash has left half-done, and what is too old. */
	void tidy() throws IOException {
		lock.lock();
		try {
			Files.deleteIfExists(next());
			Files.deleteIfExists(part());
			removeAged();
		} finally {
			lock.unlock();
		}
	}

	/**
	 * Puts an empty file in the place of the one that is written, and that among the rotated ones. The new one is made
	 * first: a disk without room for it has not been changed.
	 *
	 * @return the new file
	 */
	FileChannel rotate() throws IOException {
		lock.lock();
		try {
			var next = next();
			Files.deleteIfExists(next);
			var channel = opener.open(next, NEW, OWNER_ONLY);
			try {
				copyAccess(path, next);
				shift();
				replace(next);
			} catch (IOException | RuntimeException e) {
				channel.close();
				Files.deleteIfExists(next);
				throw e;
			}
			removeAged();
			return channel;
		} finally {
			lock.unlock();
		}
	}

	/** Makes number 1 free. A gap, where a crash ended an earlier shift or somebody took a file away, is filled. */
	private void shift() throws IOException {
		int free = 1;
		while (free <= count && exists(free))
			free++;
		if (free > count)
			for (int beyond = Math.max(count, 1); exists(beyond); beyond++) // more than one if fewer are wanted than were
				delete(beyond);
		for (int number = Math.min(free, count) - 1; number > 0; number--) {
			move(plain(number), plain(number + 1));
			move(gz(number), gz(number + 1));
		}
	}

	private void replace(Path next) throws IOException {
		if (count > 0)
			Files.move(path, plain(1), StandardCopyOption.ATOMIC_MOVE);
		try {
			Files.move(next, path, StandardCopyOption.ATOMIC_MOVE);
		} catch (IOException e) {
			if (count > 0)
				Files.move(plain(1), path, StandardCopyOption.ATOMIC_MOVE);
			throw e;
		}
	}

	private boolean exists(int number) {
		return Files.exists(plain(number)) || Files.exists(gz(number));
	}

	private void delete(int number) throws IOException {
		Files.deleteIfExists(plain(number));
		Files.deleteIfExists(gz(number));
	}

	private static void move(Path from, Path to) throws IOException {
		if (Files.exists(from))
			Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
	}

	private void removeAged() throws IOException {
		if (maxage.isZero())
			return;
		var oldest = FileTime.from(clock.instant().minus(maxage));
		for (int number = 1; number <= count; number++)
			for (var file : Set.of(plain(number), gz(number)))
				if (Files.exists(file) && Files.getLastModifiedTime(file).compareTo(oldest) < 0)
					Files.delete(file);
	}

	/** Who may read the file, may read what comes of it, and nobody else. */
	private static void copyAccess(Path from, Path to) throws IOException {
		var access = Files.readAttributes(from, PosixFileAttributes.class);
		var view = Files.getFileAttributeView(to, PosixFileAttributeView.class);
		var now = view.readAttributes();
		try {
			if (!now.owner().equals(access.owner()))
				view.setOwner(access.owner());
			if (!now.group().equals(access.group()))
				view.setGroup(access.group());
		} catch (IOException e) {
			return; // another's file: its permissions would be those of the wrong people
		}
		view.setPermissions(access.permissions());
	}

	// ---- for the compressor

	/** The oldest file that is not compressed, of those with a number below. */
	Optional<Job> oldest(int below) throws IOException {
		lock.lock();
		try {
			for (int number = Math.min(below - 1, count); number > 0; number--)
				if (Files.isRegularFile(plain(number))) {
					var attributes = Files.readAttributes(plain(number), BasicFileAttributes.class);
					var source = opener.open(plain(number), Set.of(StandardOpenOption.READ));
					return Optional.of(new Job(plain(number), source, attributes.fileKey(),
							attributes.lastModifiedTime(), Files.exists(gz(number)) ? gz(number) : null));
				}
			return Optional.empty();
		} finally {
			lock.unlock();
		}
	}

	/** Begins a compressed file. */
	FileChannel part(Job job) throws IOException {
		Files.deleteIfExists(part());
		var channel = opener.open(part(), NEW, OWNER_ONLY);
		try {
			copyAccess(job.path(), part());
		} catch (IOException e) {
			// renamed meanwhile: it stays the owner's
		}
		return channel;
	}

	/**
	 * A compressed file is whole and on the disk: it takes the place of what it was made from.
	 *
	 * @return false if that has been removed meanwhile
	 */
	boolean commit(Job job) throws IOException {
		lock.lock();
		try {
			int number = number(job);
			if (number == 0) {
				Files.deleteIfExists(part());
				return false;
			}
			Files.setLastModifiedTime(part(), job.modified());
			Files.move(part(), gz(number), StandardCopyOption.ATOMIC_MOVE);
			try (var folder = FileChannel.open(path.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
				folder.force(true); // the new name, before the old one goes
			}
			Files.delete(plain(number));
			return true;
		} finally {
			lock.unlock();
		}
	}

	/** Removes what was compressed already. */
	void drop(Job job) throws IOException {
		lock.lock();
		try {
			int number = number(job);
			if (number > 0 && Files.exists(gz(number)))
				Files.delete(plain(number));
		} finally {
			lock.unlock();
		}
	}

	void giveUpPart() throws IOException {
		Files.deleteIfExists(part());
	}

	/** What the file is called by now; 0 if it was removed. */
	private int number(Job job) throws IOException {
		for (int number = 1; number <= count; number++)
			if (Files.exists(plain(number)) && Files.readAttributes(plain(number), BasicFileAttributes.class).fileKey()
					.equals(job.key()))
				return number;
		return 0;
	}
}
