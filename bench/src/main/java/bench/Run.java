package bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * When and where a suite was run: what its figures must not be read without.
 *
 * @param date when it began
 * @param commit of the tree, with a + if something in it had been changed
 * @param processor its model
 * @param processors how many of them
 * @param kernel of the host
 * @param java of this program, and so of vport
 * @param load how many other programs wanted a processor in the minute before
 */
record Run(String date, String commit, String processor, int processors, String kernel, String java, double load) {

	/** Here and now. */
	static Run now(Path root) throws IOException, InterruptedException {
		return new Run(Instant.now().truncatedTo(ChronoUnit.MINUTES).toString(), commitOf(root), model(),
				Runtime.getRuntime().availableProcessors(), "Linux " + System.getProperty("os.version"),
				System.getProperty("java.vendor.version"),
				Double.parseDouble(Files.readString(Path.of("/proc/loadavg")).split(" ")[0]));
	}

	private static String model() throws IOException {
		try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
			return lines.filter(line -> line.startsWith("model name")).findFirst()
					.map(line -> line.substring(line.indexOf(':') + 1).strip())
					.orElse(System.getProperty("os.arch"));
		}
	}

	/** A tree without git has none. */
	private static String commitOf(Path root) throws IOException, InterruptedException {
		var git = new ProcessBuilder("sh", "-c", "git rev-parse --short HEAD && git status --porcelain -uno")
				.directory(root.toFile()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
		var lines = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
		return git.waitFor() != 0 ? "unknown" : lines.getFirst() + (lines.size() > 1 ? "+" : "");
	}

	/** In one line. */
	String text() {
		return date + ", commit " + commit + ", " + processors + " processors " + processor + ", " + kernel + ", " + java
				+ ", load before " + load;
	}
}
