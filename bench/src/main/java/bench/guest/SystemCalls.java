package bench.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Counts the system calls of a process with perf, which it hardly notices, or else with strace, which stops it at each one: then
 * it gathers more between two of them, so that the number is too small. Not in rounds that measure anything else.
 */
final class SystemCalls {
	private static final String EVENT = "raw_syscalls:sys_enter";
	private static final long PATIENCE_SECONDS = 10;

	/** With what they are counted. */
	enum Tool {
		PERF, STRACE, NONE;

		/** The best that works here. */
		static Tool find() throws IOException, InterruptedException {
			if (works("perf", "stat", "-e", EVENT, "true"))
				return PERF;
			return works("strace", "-c", "true") ? STRACE : NONE;
		}

		private static boolean works(String... command) throws InterruptedException {
			try {
				return new ProcessBuilder(command).redirectErrorStream(true)
						.redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
			} catch (IOException e) {
				return false; // it is not installed
			}
		}
	}

	private final Tool tool;
	private final Child counter;
	private final Path result;

	/** Counts from now on. */
	SystemCalls(Tool tool, long pid, Path result) throws IOException, InterruptedException {
		this.tool = tool;
		this.result = result;
		var process = Long.toString(pid);
		Files.deleteIfExists(result);
		counter = Child.start(tool.name(), Path.of(result + ".log"), tool == Tool.PERF
				? List.of("perf", "stat", "-x,", "-e", EVENT, "-o", result.toString(), "-p", process)
				: List.of("strace", "-c", "-f", "--summary-columns=calls,name", "-o", result.toString(), "-p", process));
		await(tool == Tool.PERF ? this::perfCounts : () -> isTraced(pid));
	}

	private static boolean isTraced(long pid) {
		try (var tasks = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
			for (var task : tasks)
				if (Files.readString(task.resolve("status")).contains("\nTracerPid:\t0\n"))
					return false;
			return true;
		} catch (IOException e) {
			return false; // a thread has just ended
		}
	}

	private boolean perfCounts() {
		try (var descriptors = Files.newDirectoryStream(Path.of("/proc", Long.toString(counter.pid()), "fd"))) {
			for (var descriptor : descriptors)
				if (Files.readSymbolicLink(descriptor).toString().contains("perf_event"))
					return true;
			return false;
		} catch (IOException e) {
			return false; // a descriptor has just been closed
		}
	}

	private void await(BooleanSupplier condition) throws IOException, InterruptedException {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
		while (!condition.getAsBoolean()) {
			counter.check();
			if (System.nanoTime() > deadline)
				throw new IOException(tool + " does not begin to count: see " + counter.log());
			counter.process().waitFor(1, TimeUnit.MILLISECONDS);
		}
	}

	/** Ends counting. */
	long end() throws IOException, InterruptedException {
		new ProcessBuilder("kill", "-INT", Long.toString(counter.pid())).start().waitFor();
		if (!counter.process().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
			throw new IOException(tool + " does not end: see " + counter.log());
		counter.close();
		long calls = 0;
		for (var line : Files.readAllLines(result)) {
			var number = line.strip().split("[,\\s]+")[0];
			if (!number.isEmpty() && number.chars().allMatch(Character::isDigit) && !line.strip().endsWith("total"))
				calls += Long.parseLong(number);
		}
		return calls;
	}
}
