package bench.rings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;

/** Makes the C library, if its sources are newer than it. */
final class Program {
	private static final List<String> FLAGS = List.of("-O2", "-Wall", "-shared", "-fPIC", "-fvisibility=hidden", "-pthread");

	private Program() {
	}

	/**
	 * @param sources the folder of {@code rings.c}
	 * @param into the folder for the library
	 * @throws IOException if there is no compiler, or it does not like what it sees
	 */
	static Path library(Path sources, Path into) throws IOException, InterruptedException {
		var library = Files.createDirectories(into).resolve("librings.so");
		if (Files.exists(library) && Files.getLastModifiedTime(library).compareTo(newest(sources)) > 0)
			return library;
		var command = new ArrayList<>(List.of("cc"));
		command.addAll(FLAGS);
		command.addAll(List.of("-o", library.toString(), sources.resolve("rings.c").toString()));
		Process compiler;
		try {
			compiler = new ProcessBuilder(command).inheritIO().start();
		} catch (IOException e) {
			throw new IOException("cc is missing: install a C compiler, for instance with apt install gcc libc6-dev", e);
		}
		if (compiler.waitFor() != 0)
			throw new IOException("cc refused " + sources.resolve("rings.c") + "; its words are above");
		return library;
	}

	private static FileTime newest(Path sources) throws IOException {
		var newest = FileTime.fromMillis(0);
		try (var files = Files.list(sources)) {
			for (var file : files.toList())
				if (Files.getLastModifiedTime(file).compareTo(newest) > 0)
					newest = Files.getLastModifiedTime(file);
		}
		return newest;
	}
}
