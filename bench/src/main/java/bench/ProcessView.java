package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the kernel, and the JDK's tool, say of a process.
 *
 * @param pid its number
 */
public record ProcessView(long pid) {
	/** The kernel counts processor time in hundredths of a second. */
	private static final double MILLIS_PER_TICK = 10;

	/** A file of its folder in {@code /proc}. */
	public Path proc(String file) {
		return Path.of("/proc", Long.toString(pid), file);
	}

	/** User and system time that it has used. */
	public double processorMillis() throws IOException {
		var stat = Files.readString(proc("stat"));
		var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" "); // from the third on
		return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MILLIS_PER_TICK;
	}

	/** KiB that it has in RAM. */
	public long residentKiB() throws IOException {
		return number(proc("status"), "VmRSS:");
	}

	public int threads() throws IOException {
		return (int) number(proc("status"), "Threads:");
	}

	public int descriptors() throws IOException {
		try (var open = Files.list(proc("fd"))) {
			return (int) open.count();
		}
	}

	/** The number in the line of a file that begins with {@code key}. */
	public static long number(Path file, String key) throws IOException {
		return Files.readAllLines(file).stream().filter(line -> line.startsWith(key))
				.mapToLong(line -> Long.parseLong(line.substring(key.length()).strip().split(" ")[0])).findFirst()
				.orElseThrow(() -> new IOException(file + " has no line " + key));
	}

	/** What the JDK's tool answers about it. */
	public String jcmd(String command) throws IOException, InterruptedException {
		var tool = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
		var asked = new ProcessBuilder(tool, Long.toString(pid), command).redirectErrorStream(true).start();
		var answer = asked.inputReader().readAllAsString();
		if (asked.waitFor() != 0)
			throw new IOException("jcmd " + command + ": " + answer.strip());
		return answer;
	}
}
