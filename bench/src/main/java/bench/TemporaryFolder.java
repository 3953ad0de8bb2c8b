package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/**
 * A folder that goes, with all that is in it, when it is closed. It is not below the tree, because sockets are made in it, and
 * a socket's path has room for 107 bytes.
 */
public record TemporaryFolder(Path path) implements AutoCloseable {

	/** A new one. */
	public TemporaryFolder() throws IOException {
		this(Files.createTempDirectory("vport-bench"));
	}

	/** What ends may take files of its own away meanwhile. */
	@Override
	public void close() throws IOException {
		try (var files = Files.walk(path)) {
			for (var file : files.sorted(Comparator.reverseOrder()).toList())
				Files.deleteIfExists(file);
		}
	}
}
