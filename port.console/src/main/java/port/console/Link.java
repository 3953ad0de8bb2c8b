package port.console;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A symbolic link with a name that stays, to a pseudo terminal whose name does not.
 *
 * @param path where it is
 * @param target what it points to
 */
record Link(Path path, Path target) {
	private static final Path TERMINALS = Path.of("/dev/pts");

	/** Makes the link. Replaces one that points nowhere or to a pseudo terminal: a process that was killed leaves those. */
	static Link make(Path path, Path target) throws IOException {
		if (Files.exists(path, NOFOLLOW_LINKS)) {
			if (!Files.isSymbolicLink(path))
				throw refused(path, "is there and not a symbolic link");
			if (Files.exists(path) && !Files.readSymbolicLink(path).startsWith(TERMINALS))
				throw refused(path, "is a symbolic link to " + Files.readSymbolicLink(path));
		}
		var fresh = path.resolveSibling("." + path.getFileName() + "." + target.getFileName());
		try {
			Files.deleteIfExists(fresh);
			Files.createSymbolicLink(fresh, target);
			Files.move(fresh, path, ATOMIC_MOVE);
		} catch (IOException e) {
			throw refused(path, "cannot be made (" + e.getClass().getSimpleName() + ")");
		}
		return new Link(path, target);
	}

	private static IOException refused(Path path, String why) {
		return new IOException("link=" + path + " " + why + "; allowed: PATH of a symbolic link to make");
	}

	/** Removes the link, unless somebody has pointed it elsewhere. */
	void remove() throws IOException {
		if (Files.isSymbolicLink(path) && Files.readSymbolicLink(path).equals(target))
			Files.delete(path);
	}
}
