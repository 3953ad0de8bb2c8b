package bench.guest;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The guest's primary console, where its program portbench takes commands: a line each way. No device that is measured is part of
 * it. What is no answer goes to the guest's log.
 */
final class GuestConsole {
	/** Also until it has booted. */
	private static final long PATIENCE_SECONDS = 120;

	private final Child guest;
	private final BufferedWriter commands;
	private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

	GuestConsole(Child guest) {
		this.guest = guest;
		this.commands = guest.process().outputWriter(StandardCharsets.US_ASCII);
		Thread.ofPlatform().daemon().name("guest console").start(this::listen);
	}

	private void listen() {
		try (var lines = new BufferedReader(new InputStreamReader(guest.process().getInputStream(), StandardCharsets.US_ASCII));
				var log = new OutputStreamWriter(Files.newOutputStream(guest.log(), StandardOpenOption.APPEND),
						StandardCharsets.US_ASCII)) {
			for (var line = lines.readLine(); line != null; line = lines.readLine()) {
				log.write(line + "\n");
				log.flush();
				int answer = line.indexOf("= ");
				if (answer >= 0)
					answers.add(line.substring(answer + 2).strip());
			}
		} catch (IOException e) {
			answers.add("wrong console: " + e.getMessage());
		}
	}

	/** Does not wait for the answer. */
	void say(String command) {
		try {
			commands.write(command + "\n");
			commands.flush();
		} catch (IOException e) {
			throw new UncheckedIOException(e);
		}
	}

	/** The numbers of the next answer. */
	Map<String, Long> answer() throws IOException, InterruptedException {
		var answer = line();
		var numbers = new HashMap<String, Long>();
		for (var part : answer.split(" ")) {
			int equals = part.indexOf('=');
			if (answer.startsWith("wrong") || equals < 0)
				throw new IOException("the guest says \"" + answer + "\": see " + guest.log());
			numbers.put(part.substring(0, equals), Long.valueOf(part.substring(equals + 1)));
		}
		return numbers;
	}

	/** The next answer, whatever it is. */
	String line() throws IOException, InterruptedException {
		var answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
		guest.check();
		if (answer == null)
			throw new IOException("no answer from the guest within " + PATIENCE_SECONDS + " s: see " + guest.log());
		return answer;
	}
}
