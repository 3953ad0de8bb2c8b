package port.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** A file and what was rotated out of it, as somebody reads them who puts them together again. */
record Rotated(Path path) {
	private static final int MOST = 999;

	/** Of the file and the rotated ones, the oldest first. */
	List<byte[]> files() throws IOException {
		var files = new ArrayList<byte[]>();
		files.add(Files.exists(path) ? Files.readAllBytes(path) : new byte[0]); // a crash may have left none
		for (int number = 1; number <= MOST; number++) // or a gap
			if (exists(number, "") || exists(number, ".gz"))
				files.addFirst(read(number));
		return files;
	}

	private byte[] read(int number) throws IOException {
		if (exists(number, "")) // a compressed one beside it is the same, or a test says otherwise
			return Files.readAllBytes(file(number, ""));
		try (var in = new GZIPInputStream(Files.newInputStream(file(number, ".gz")))) {
			return in.readAllBytes();
		}
	}

	Path file(int number, String suffix) {
		return Path.of(path + "." + number + suffix);
	}

	boolean exists(int number, String suffix) {
		return Files.exists(file(number, suffix));
	}

	byte[] content() throws IOException {
		var content = new ByteArrayOutputStream();
		for (var file : files())
			content.writeBytes(file);
		return content.toByteArray();
	}

	/** Everything in the folder, for comparisons. */
	List<String> names() throws IOException {
		try (var files = Files.list(path.getParent())) {
			return files.map(file -> file.getFileName().toString()).sorted().toList();
		}
	}
}
