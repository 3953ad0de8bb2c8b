package bench.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process that the suite has started, and ends by its number. */
final class Child implements AutoCloseable {
	private static final long PATIENCE_SECONDS = 60;

	private final String name;
	private final Path log;
	private final Process process;

	/**
	 * @param name for messages
	 * @param log where its output goes
	 */
	static Child start(String name, Path log, List<String> command) throws IOException {
		return new Child(name, log, new ProcessBuilder(command).redirectInput(Path.of("/dev/null").toFile())
				.redirectErrorStream(true).redirectOutput(log.toFile()).start());
	}

	/** One that is talked with: its input and output are pipes, its messages go to the log. */
	static Child startWithPipes(String name, Path log, List<String> command) throws IOException {
		return new Child(name, log, new ProcessBuilder(command).redirectError(log.toFile()).start());
	}

	private Child(String name, Path log, Process process) {
		this.name = name;
		this.log = log;
		this.process = process;
	}

	/** Waits until it has printed a line. */
	void awaitLine(String line) throws IOException, InterruptedException {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
		while (!Files.readAllLines(log).contains(line))
			if (process.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() - deadline > 0)
				throw new IOException(name + " has not printed \"" + line + "\": see " + log);
	}

	/** Says so if it runs no more. */
	void check() throws IOException {
		if (!process.isAlive())
			throw new IOException(name + " ended with exit code " + process.exitValue() + ": see " + log);
	}

	Process process() {
		return process;
	}

	Path log() {
		return log;
	}

	long pid() {
		return process.pid();
	}

	@Override
	public void close() {
		process.destroy();
		try {
			if (!process.waitFor(5, TimeUnit.SECONDS))
				process.destroyForcibly().waitFor();
		} catch (InterruptedException e) {
			process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
	}
}
