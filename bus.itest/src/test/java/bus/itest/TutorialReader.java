package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Somebody who does what a page says and nothing else, in a home folder where {@code ~/vport} is this tree. */
final class TutorialReader implements AutoCloseable {
	private static final int COMMAND_MINUTES = 10;

	private final Path home;
	private final Path logs;
	private final Map<String, Terminal> terminals = new LinkedHashMap<>();
	private Path folder;
	/** What the last commands have printed; null if the block before was for a terminal. */
	private String printed;
	private Terminal last;

	TutorialReader(Path home, Path logs) throws IOException {
		this.home = home;
		this.logs = Files.createDirectories(logs);
		folder = home;
		Files.createSymbolicLink(home.resolve("vport"), VportProcess.root());
	}

	void follow(Tutorial.Block block) throws Exception {
		switch (block.kind()) {
			case "java" -> write(block);
			case "text" -> compare(block);
			case "sh" -> {
				if (block.argument().isEmpty())
					run(block);
				else
					type(block);
			}
			default -> throw new AssertionError(where(block) + "a " + block.kind() + " block, which nobody can follow");
		}
	}

	private static String where(Tutorial.Block block) {
		return "line " + block.line() + ": ";
	}

	private void write(Tutorial.Block block) throws IOException {
		var file = folder.resolve(block.argument());
		Files.createDirectories(file.getParent());
		Files.writeString(file, block.text());
	}

	/** In one shell for each block, which goes on in the folder where the one before has ended. */
	private void run(Tutorial.Block block) throws IOException, InterruptedException {
		var output = logs.resolve("line-" + block.line() + ".out");
		var end = logs.resolve("folder");
		var process = builder("set -e\n" + block.text() + "pwd >'" + end + "'\n").redirectOutput(output.toFile()).start();
		process.getOutputStream().close();
		boolean ended = process.waitFor(COMMAND_MINUTES, TimeUnit.MINUTES);
		process.destroy();
		printed = Files.readString(output);
		last = null;
		assertTrue(ended, where(block) + "has not ended: " + block.text() + printed);
		assertEquals(0, process.exitValue(), where(block) + block.text() + printed);
		folder = Path.of(Files.readString(end).strip());
	}

	private ProcessBuilder builder(String script) {
		var builder = new ProcessBuilder("sh", "-c", script).directory(folder.toFile()).redirectErrorStream(true);
		builder.environment().put("HOME", home.toString());
		builder.environment().put("TERM", VportProcess.DUMB);
		return builder;
	}

	private void type(Tutorial.Block block) throws IOException {
		var lines = block.lines();
		if (!terminals.containsKey(block.argument())) {
			var process = builder("exec " + lines.getFirst()).start();
			terminals.put(block.argument(), new Terminal(process, logs.resolve(block.argument() + ".out")));
			lines = lines.subList(1, lines.size());
		}
		last = terminals.get(block.argument());
		for (var line : lines)
			last.type(line);
	}

	private void compare(Tutorial.Block block) {
		var terminal = block.argument().isEmpty() ? last : terminals.get(block.argument());
		if (terminal != null)
			for (var line : block.lines())
				terminal.await(line, where(block));
		else
			assertTrue(pattern(block.lines()).matcher(printed).matches(),
					where(block) + "the page shows\n" + block.text() + "and it was\n" + printed);
	}

	private static Pattern pattern(List<String> lines) {
		var pattern = new StringBuilder();
		for (var line : lines)
			pattern.append(line.equals("...") ? "(?s:.*?)" : Pattern.quote(line + "\n"));
		return Pattern.compile(pattern.toString());
	}

	/** The guest before its bus, as its reader would. */
	@Override
	public void close() throws IOException {
		for (var terminal : List.copyOf(terminals.values()).reversed())
			terminal.close();
		Files.delete(home.resolve("vport"));
	}
}
