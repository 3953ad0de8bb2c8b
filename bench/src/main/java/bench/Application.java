package bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A vport that runs: {@code ./vport run --config DIR} as its users start it, ready. */
public final class Application implements AutoCloseable {
	private static final int PATIENCE_S = 60;

	private final Process process;
	private final long readyNanos;

	/**
	 * Starts it; returns when it is ready.
	 *
	 * @param config the configuration folder
	 * @param javaOptions in the environment's JAVA_OPTS
	 */
	public Application(Settings settings, Path config, String javaOptions) throws IOException {
		Files.createDirectories(settings.build());
		var errors = settings.build().resolve("vport.err");
		var builder = new ProcessBuilder(settings.vport().toString(), "run", "--config", config.toString())
				.redirectInput(Path.of("/dev/null").toFile()).redirectError(errors.toFile());
		builder.environment().put("JAVA_OPTS", javaOptions);
		builder.environment().put("VPORT_LOG", "warn"); // thousands of lines are not what is measured
		long began = System.nanoTime();
		process = builder.start();
		var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
		for (var line = lines.readLine(); !"vport ready".equals(line); line = lines.readLine())
			if (line == null) {
				close();
				throw new IOException("vport did not become ready with JAVA_OPTS=" + javaOptions + "; it says in " + errors
						+ ": " + Files.readString(errors).strip());
			}
		readyNanos = System.nanoTime() - began;
	}

	/** From the start of the script to the line {@code vport ready}. */
	public double readyMillis() {
		return readyNanos / 1e6;
	}

	/** The script has replaced itself by it. */
	public ProcessView process() {
		return new ProcessView(process.pid());
	}

	/** Ends it as a service manager does; what does not listen is killed. */
	@Override
	public void close() throws IOException {
		process.destroy();
		try {
			if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS))
				process.destroyForcibly();
		} catch (InterruptedException e) {
			process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
		process.getInputStream().close();
	}
}
