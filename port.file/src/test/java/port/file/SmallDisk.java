package port.file;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system of its own with little room, in memory. Mounting one is root's privilege: others skip the test. */
final class SmallDisk {
	private final Path folder;

	private SmallDisk(Path folder) {
		this.folder = folder;
	}

	static SmallDisk mount(Path folder, String options) throws Exception {
		Files.createDirectories(folder);
		boolean mounted = run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder.toString()) == 0;
		if (!mounted)
			System.out.println("skipped: a tmpfs cannot be mounted here; it needs root");
		assumeTrue(mounted, "needs root, to mount a tmpfs");
		return new SmallDisk(folder);
	}

	void remount(String options) throws Exception {
		if (run("mount", "-o", "remount," + options, folder.toString()) != 0)
			throw new IOException("remount " + options);
	}

	private static int run(String... command) throws IOException, InterruptedException {
		return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start()
				.waitFor();
	}

	void unmount() throws Exception {
		run("umount", "-l", folder.toString());
	}
}
