package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;

/** Makes a program or library of C, if its sources are newer than it. */
public final class CProgram {
	private CProgram() {
	}

	/**
	 * @param source its file, with all that it includes in the same folder
	 * @param target what is made
	 * @param flags besides those that everything here has
	 * @throws IOException if there is no compiler, or it does not like what it sees
	 */
	public static Path make(Path source, Path target, String... flags) throws IOException, InterruptedException {
		Files.createDirectories(target.getParent());
		if (Files.exists(target) && Files.getLastModifiedTime(target).compareTo(newest(source.getParent())) > 0)
			return target;
		var command = new ArrayList<>(List.of("cc", "-O2", "-Wall"));
		command.addAll(List.of(flags));
		command.addAll(List.of("-o", target.toString(), source.toString()));
		Process compiler;
		try {
			compiler = new ProcessBuilder(command).inheritIO().start();
		} catch (IOException e) {
			throw new IOException("cc is missing: install a C compiler, for instance with apt install gcc libc6-dev", e);
		}
		if (compiler.waitFor() != 0)
			throw new IOException("cc refused " + source + "; its words are above");
		return target;
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
