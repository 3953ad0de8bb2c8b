package bus.itest;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code ./vport run --config} as its users start it; what it prints goes to two files. */
final class VportProcess implements AutoCloseable {
	/** A type of terminal without colours, cursor movement and size. */
	static final String DUMB = "dumb";

	private static final Duration PATIENCE = Duration.ofSeconds(60);
	private static final Pattern ESCAPE = Pattern.compile("\\e(\\[[?0-9;]*[a-zA-Z]|[=>])");
	private static final Pattern COMPLAINT = Pattern
			.compile("^(\\d\\d:\\d\\d:\\d\\d (WARN|ERROR) |\\s+at |Exception).*");

	private final Process process;
	private final Path out;
	private final Path err;

	/**
	 * Without a terminal.
	 *
	 * @param config the configuration folder
	 * @param logs where the output is kept for whoever looks into a failure
	 */
	VportProcess(Path config, Path logs) throws IOException {
		this(List.of(vport(), "run", "--config", config.toString()), logs, Map.of("TERM", DUMB));
	}

	/** With a script instead of a shell. */
	static VportProcess running(Path script, Path config, Path logs, String... arguments) throws IOException {
		var command = Stream.of(vport(), "run", "--config", config.toString(), "--script", script.toString());
		return new VportProcess(Stream.concat(command, Stream.of(arguments)).toList(), logs, Map.of("TERM", DUMB));
	}

	/** Whatever has vport's commands in its shell. */
	VportProcess(List<String> command, Path logs, Map<String, String> environment) throws IOException {
		Files.createDirectories(logs);
		out = logs.resolve("vport.out");
		err = logs.resolve("vport.err");
		var builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
		builder.environment().putAll(environment);
		process = builder.start();
	}

	/**
	 * With the interactive shell, on a pseudo terminal that script(1) makes.
	 *
	 * @param terminal its type
	 */
	static VportProcess onTerminal(Path config, Path logs, String terminal) throws IOException {
		return onTerminal("'%s' run --config '%s'".formatted(vport(), config), logs, terminal);
	}

	/** The application of vport-equinox.bndrun, with the interactive shell. */
	static VportProcess onEquinox(Path config, Path logs) throws IOException {
		var java = Path.of(System.getProperty("java.home"), "bin/java");
		return onTerminal("'%s' -Dvport.config='%s' -Dgosh.home='%s' -Dvport.history='%s' -jar '%s'".formatted(java, config,
				root().resolve("cnf/shell"), logs.resolve("history"),
				root().resolve("bus.itest/target/vport-equinox.jar")), logs, DUMB);
	}

	private static VportProcess onTerminal(String run, Path logs, String terminal) throws IOException {
		Files.createDirectories(logs);
		var command = run + " 2>'" + logs.resolve("vport.err") + "'";
		return new VportProcess(List.of("script", "-qfec", command, "/dev/null"), logs, Map.of("TERM", terminal));
	}

	private static String vport() {
		return root().resolve("vport").toString();
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
		return printedSince(0).lines().toList();
	}

	/** Without colours and cursor movement. */
	private String printedSince(int position) throws IOException {
		return ESCAPE.matcher(Files.readString(out).substring(position)).replaceAll("");
	}

	List<String> err() throws IOException {
		return Files.readAllLines(err);
	}

	/** The lines that an operator would worry about. */
	List<String> complaints() throws IOException {
		return err().stream().filter(COMPLAINT.asMatchPredicate()).toList();
	}

	void awaitReady() throws IOException, InterruptedException {
		await(process -> process.out().contains("vport ready"), "the line \"vport ready\"");
	}

	/** Waits until something is to be seen in the output. */
	void await(Condition condition, String what) throws IOException, InterruptedException {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		while (!condition.holds(this)) {
			if (!process.isAlive() || System.nanoTime() - deadline > 0)
				throw new AssertionError("no " + what + "; alive=" + process.isAlive() + " out=" + out() + " err="
						+ err());
			process.waitFor(20, TimeUnit.MILLISECONDS);
		}
	}

	/** Types a command into the shell and waits for its answer, which may not be part of the command. */
	Matcher ask(String command, String answer) throws IOException, InterruptedException {
		int before = Files.readString(out).length();
		type(command);
		var pattern = Pattern.compile(answer, Pattern.MULTILINE);
		await(process -> pattern.matcher(printedSince(before)).find(), "answer " + answer + " to " + command);
		var matcher = pattern.matcher(printedSince(before));
		matcher.find();
		return matcher;
	}

	/** What {@code vport:list} says as soon as it is as wanted. */
	String listWhen(Predicate<String> wanted) throws IOException, InterruptedException {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		while (true) {
			var list = ask("vport:list", "(?s)^BUS .*?^vport> ").group();
			if (wanted.test(list))
				return list;
			if (System.nanoTime() - deadline > 0)
				throw new AssertionError(list);
		}
	}

	/** Types a command into the shell. */
	void type(String command) throws IOException {
		press(command + "\n");
	}

	/** Presses keys. */
	void press(String keys) throws IOException {
		Writer keyboard = process.outputWriter();
		keyboard.write(keys);
		keyboard.flush();
	}

	/** Gives its terminal another size, as a terminal's window does. */
	void resizeTerminal(int columns, int rows) throws IOException, InterruptedException {
		var terminal = Path.of("/proc/%d/fd/0".formatted(java())).toRealPath();
		var stty = new ProcessBuilder("stty", "-F", terminal.toString(), "columns", String.valueOf(columns), "rows",
				String.valueOf(rows)).inheritIO().start();
		if (stty.waitFor() != 0)
			throw new AssertionError("stty failed for " + terminal);
	}

	/** The id of the process that runs Java; on a terminal it is not the one that was started. */
	long java() {
		return Stream.concat(Stream.of(process.toHandle()), process.descendants())
				.filter(each -> each.info().command().orElse("").endsWith("/java")).findFirst().orElseThrow().pid();
	}

	/** SIGTERM, and the exit code. */
	int terminate() throws InterruptedException {
		process.destroy();
		return exitCode();
	}

	/** The shell's "exit" on a terminal, and the exit code. */
	int leave() throws IOException, InterruptedException {
		return leave("exit");
	}

	/** Another command that ends it. */
	int leave(String command) throws IOException, InterruptedException {
		type(command);
		return exitCode();
	}

	/** Once it has ended by itself. */
	int exitCode() throws InterruptedException {
		if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
			throw new AssertionError("still alive after " + PATIENCE);
		return process.exitValue();
	}

	@Override
	public void close() {
		process.descendants().forEach(ProcessHandle::destroyForcibly);
		process.destroyForcibly();
	}

	/** A predicate that may read files. */
	@FunctionalInterface
	interface Condition {
		boolean holds(VportProcess process) throws IOException;
	}
}
