package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The machine that the guests of one test run on: a configuration folder, one vport process, the guests. */
final class GuestHost implements AutoCloseable {
	private final Path logs;
	private final Configuration configuration;
	private final List<Runnable> ends = new ArrayList<>();
	private VportProcess vport;

	GuestHost(Class<?> test, String name) throws IOException {
		logs = VportProcess.logs(test, name);
		Files.createDirectories(logs);
		configuration = new Configuration(Files.createTempDirectory("vport"));
	}

	Configuration configuration() {
		return configuration;
	}

	/** Where this host's logs are kept. */
	Path logs() {
		return logs;
	}

	VportProcess vport() {
		return vport;
	}

	/** After the configuration is written. */
	void start() throws IOException, InterruptedException {
		vport = new VportProcess(configuration.folder(), logs);
		vport.awaitReady();
	}

	/** The same with vport's shell. */
	void startOnTerminal() throws IOException, InterruptedException {
		startOnTerminal(VportProcess.DUMB);
	}

	/** The same on a type of terminal. */
	void startOnTerminal(String type) throws IOException, InterruptedException {
		vport = VportProcess.onTerminal(configuration.folder(), logs, type);
		vport.awaitReady();
	}

	Guest boot(GuestKind kind, Path socket, int ports) throws IOException {
		return boot(kind, socket, ports, 1);
	}

	Guest boot(GuestKind kind, Path socket, int ports, int processors, String... parameters) throws IOException {
		return boot(kind, Guest.Image.PLAIN, socket, ports, processors, parameters);
	}

	Guest boot(GuestKind kind, Guest.Image image, Path socket, int ports, int processors, String... parameters)
			throws IOException {
		var log = logs.resolve(kind + "-" + socket.getFileName() + ".log");
		var guest = new Guest(kind, image, socket, ports, processors, log, parameters);
		endsWith(guest::close);
		return guest;
	}

	/** Something else that uses vport, and ends before it. */
	void endsWith(Runnable end) {
		ends.add(end);
	}

	/** The console of a guest that boots, logged in. */
	GuestConsole login(Path link) throws IOException, InterruptedException {
		var console = console(link);
		console.login();
		return console;
	}

	GuestConsole console(Path link) throws IOException {
		return new GuestConsole(link, logs.resolve(link.getFileName() + ".console"));
	}

	/** To be called last in a test that went well: vport may have complained about nothing else than this. */
	void assertComplaints(String... expected) throws IOException {
		var unexpected = vport.complaints().stream()
				.filter(line -> Arrays.stream(expected).noneMatch(line::contains)).toList();
		assertEquals(List.of(), unexpected);
	}

	@Override
	public void close() throws IOException {
		ends.forEach(Runnable::run);
		if (vport != null)
			vport.close();
		try (var paths = Files.walk(configuration.folder())) {
			for (var path : (Iterable<Path>) paths.sorted(Comparator.reverseOrder())::iterator)
				Files.deleteIfExists(path);
		}
	}

	/** What is in the folder besides configurations. */
	List<String> leftOver() throws IOException {
		try (Stream<Path> paths = Files.list(configuration.folder())) {
			return paths.map(path -> path.getFileName().toString()).filter(name -> !name.endsWith(".cfg")).sorted()
					.toList();
		}
	}
}
