package bus.itest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;

/** What the tests have measured, for people and for docs/updates.md: printed, and kept in target/figures.txt. */
final class Figures {
	private static final Path FILE = VportProcess.root().resolve("bus.itest/target/figures.txt");

	private Figures() {
	}

	/** On what, and what else it had to do: times say little without. */
	static void machine() throws IOException {
		var model = Files.readAllLines(Path.of("/proc/cpuinfo")).stream().filter(line -> line.startsWith("model name"))
				.map(line -> line.substring(line.indexOf(':') + 1).strip()).findFirst().orElse("unknown");
		print("machine", "processors=%d model=%s load=%s java=%s", Runtime.getRuntime().availableProcessors(), model,
				Files.readString(Path.of("/proc/loadavg")).split(" ")[0], Runtime.version());
	}

	/** A line of {@code key=value} after the name of what was measured. */
	static void print(String what, String format, Object... values) throws IOException {
		var line = what + ": " + String.format(Locale.ROOT, format, values);
		System.out.println("figures: " + line);
		Files.writeString(FILE, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
	}

	/** Of times in nanoseconds: how many, and milliseconds. */
	static String spread(long[] times) {
		if (times.length == 0)
			return "n=0";
		var sorted = times.clone();
		Arrays.sort(sorted);
		return String.format(Locale.ROOT, "n=%d p50=%.1f p99=%.1f max=%.1f ms", sorted.length, percentile(sorted, 50),
				percentile(sorted, 99), percentile(sorted, 100));
	}

	/** The smallest that so many in a hundred do not exceed. */
	private static double percentile(long[] sorted, int percent) {
		int rank = (sorted.length * percent + 99) / 100;
		return sorted[rank - 1] / 1e6;
	}
}
