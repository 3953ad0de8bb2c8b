package bus.itest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A command that goes on, what it prints, and what is typed to it. */
final class Terminal implements AutoCloseable {
	private static final Duration PATIENCE = Duration.ofSeconds(90);
	private static final long LOOK_AGAIN_NANOS = 5_000_000;

	private final Process process;
	private final StringBuffer seen = new StringBuffer();
	/** Behind what was awaited last. */
	private int position;

	Terminal(Process process, Path transcript) throws IOException {
		this.process = process;
		var out = Files.newOutputStream(transcript);
		Thread.ofVirtual().start(() -> {
			var bytes = new byte[4096];
			try (out; var in = process.getInputStream()) {
				for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
					out.write(bytes, 0, count);
					out.flush();
					seen.append(new String(bytes, 0, count, StandardCharsets.ISO_8859_1).replace("\r", ""));
				}
			} catch (IOException e) {
				seen.append("[" + e + "]");
			}
		});
	}

	void type(String line) throws IOException {
		var keys = process.getOutputStream();
		keys.write((line + "\n").getBytes(StandardCharsets.UTF_8));
		keys.flush();
	}

	/** Waits for a text behind all that was awaited before. */
	void await(String text, String where) {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		int found = seen.indexOf(text, position);
		while (found < 0) {
			if (System.nanoTime() - deadline > 0)
				throw new AssertionError(where + "no " + text + " in\n" + seen.substring(position));
			LockSupport.parkNanos(LOOK_AGAIN_NANOS);
			found = seen.indexOf(text, position);
		}
		position = found + text.length();
	}

	@Override
	public void close() {
		process.destroy();
		try {
			if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
				process.destroyForcibly();
		} catch (InterruptedException e) {
			process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
	}
}
