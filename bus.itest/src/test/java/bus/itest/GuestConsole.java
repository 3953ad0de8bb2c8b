package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Somebody at the console's pseudo terminal: logs in, types commands, reads their output. */
final class GuestConsole {
	private static final String LOGIN = "vport-guest login: ";
	private static final String PROMPT = "vport-guest# ";
	private static final Duration BOOT = Duration.ofSeconds(60);
	private static final Duration COMMAND = Duration.ofSeconds(20);
	/** So many characters in the message of a failure; the transcript has all. */
	private static final int SHOWN = 1000;

	private final RandomAccessFile terminal;
	private final OutputStream transcript;
	/** Guarded by this. */
	private final StringBuilder seen = new StringBuilder();
	/** Guarded by this. */
	private boolean reading = true;
	private int commands;

	/** What a command printed, and its exit status. */
	record Result(String output, int status) {
	}

	/**
	 * @param link to the pseudo terminal
	 * @param transcript where to keep all that the guest prints
	 */
	GuestConsole(Path link, Path transcript) throws IOException {
		terminal = new RandomAccessFile(link.toFile(), "rw");
		this.transcript = Files.newOutputStream(transcript);
		Thread.ofPlatform().daemon().name("console " + link).start(this::read);
	}

	/** Ends when the pseudo terminal does: a read cannot be interrupted. */
	private void read() {
		var bytes = new byte[4096];
		try (terminal; transcript) {
			int count;
			while ((count = terminal.read(bytes)) > 0) {
				transcript.write(bytes, 0, count);
				transcript.flush();
				synchronized (this) {
					seen.append(new String(bytes, 0, count, StandardCharsets.ISO_8859_1).replace("\r", ""));
					notifyAll();
					while (!reading)
						wait();
				}
			}
		} catch (IOException | InterruptedException e) {
			// the bus has gone, with its end of the pseudo terminal
		}
	}

	/** Leaves what comes unread, except for the one piece that is under way. */
	synchronized void stopReading() {
		reading = false;
	}

	synchronized void resumeReading() {
		reading = true;
		notifyAll();
	}

	/** Waits for the prompt of a guest that boots. */
	void login() throws IOException, InterruptedException {
		loginAgain(0);
	}

	/** Waits for the login that follows what somebody did after that moment. */
	void loginAgain(int position) throws IOException, InterruptedException {
		await(Pattern.compile(LOGIN), position, BOOT);
		int before = position();
		type("root\n");
		await(Pattern.compile(PROMPT), before, COMMAND);
	}

	/** Waits for a text that came after that moment, whoever printed it. */
	void awaitText(String text, int position) throws InterruptedException {
		await(Pattern.compile(Pattern.quote(text)), position, COMMAND);
	}

	/** The output of a command that must succeed. */
	String run(String command) throws IOException, InterruptedException {
		return run(command, COMMAND);
	}

	String run(String command, Duration deadline) throws IOException, InterruptedException {
		var result = execute(command, deadline);
		assertEquals(0, result.status(), () -> command + " printed: " + result.output());
		return result.output();
	}

	/** The marks are typed with quotes inside, so the echo of the command is not taken for its output. */
	Result execute(String command, Duration deadline) throws IOException, InterruptedException {
		int number = ++commands;
		int before = position();
		type("echo BEG\"\"IN-%d; {\n%s\n} 2>&1; echo E\"\"ND-%d $?\n".formatted(number, command, number));
		var end = await(Pattern.compile("BEGIN-%d\\n(.*?)END-%d (\\d+)\\n".formatted(number, number), Pattern.DOTALL),
				before, deadline);
		return new Result(end.group(1).strip(), Integer.parseInt(end.group(2)));
	}

	void type(String keys) throws IOException {
		terminal.write(keys.getBytes(StandardCharsets.US_ASCII));
	}

	/** Repeats a command until its output contains, or no longer contains, a text. */
	void awaitOutput(String command, String text, boolean wanted) throws IOException, InterruptedException {
		long end = System.nanoTime() + COMMAND.toNanos();
		String output;
		while ((output = execute(command, COMMAND).output()).contains(text) != wanted)
			if (System.nanoTime() - end > 0)
				throw new AssertionError(command + ": " + (wanted ? "no " : "still ") + text + " in: " + output);
	}

	/** All that came after that moment. */
	synchronized String text(int position) {
		return seen.substring(position);
	}

	synchronized int position() {
		return seen.length();
	}

	private synchronized MatchResult await(Pattern pattern, int from, Duration deadline) throws InterruptedException {
		long end = System.nanoTime() + deadline.toNanos();
		while (true) {
			var matcher = pattern.matcher(seen).region(Math.min(from, seen.length()), seen.length());
			if (matcher.find())
				return matcher.toMatchResult();
			long left = (end - System.nanoTime()) / 1_000_000;
			if (left <= 0)
				throw new AssertionError("no " + pattern + " within " + deadline + " at the end of: "
						+ seen.substring(Math.max(from, seen.length() - SHOWN)));
			wait(left);
		}
	}
}
