package bus.itest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code ./vport run --config} as its users start it, without a terminal; what it prints goes to two files. */
final class VportProcess implements AutoCloseable {
	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private final Process process;
	private final Path out;
	private final Path err;

	/**
	 * @param config the configuration folder
	 * @param logs where the output is kept for whoever looks into a failure
	 */
	VportProcess(Path config, Path logs) throws IOException {
		Files.createDirectories(logs);
		out = logs.resolve("vport.out");
		err = logs.resolve("vport.err");
		process = new ProcessBuilder(root().resolve("vport").toString(), "run", "--config", config.toString())
				.redirectInput(Path.of("/dev/null").toFile()).redirectOutput(out.toFile()).redirectError(err.toFile())
				.start();
	}

	/** The project's top folder. */
	static Path root() {
		return Path.of(System.getProperty("vport.root", "..")).toAbsolutePath().normalize();
	}

	/** Where a test leaves its logs. */
	static Path logs(Class<?> test, String name) {
		return root().resolve("bus.itest/target/guest-logs").resolve(test.getSimpleName()).resolve(name);
	}

	List<String> out() throws IOException {
		return Files.readAllLines(out);
	}

	List<String> err() throws IOException {
		return Files.readAllLines(err);
	}

	void awaitReady() throws IOException, InterruptedException {
		await(process -> process.out().contains("vport ready"), "the line \"vport ready\"");
	}

	/** Waits until something is to be seen in the output. */
	void await(Condition condition, String what) throws IOException, InterruptedException {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		while (!condition.holds(this)) {
			if (!process.isAlive() || System.nanoTime() - deadline > 0)
				throw new AssertionError("no " + what + "; alive=" + process.isAlive() + " out=" + out() + " err=" + err());
			process.waitFor(20, TimeUnit.MILLISECONDS);
		}
	}

	/** SIGTERM, and the exit code. */
	int terminate() throws InterruptedException {
		process.destroy();
		if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
			throw new AssertionError("still alive " + PATIENCE + " after SIGTERM");
		return process.exitValue();
	}

	@Override
	public void close() {
		process.destroyForcibly();
	}

	/** A A predicate that may read files. */
	@FunctionalInterface
	interface Condition {
		boolean holds(VportProcess process) throws IOException;
	}
}
