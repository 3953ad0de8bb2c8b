package bus.vhostuser;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import bus.linux.Linux;
import bus.vhostuser.session.Descriptors;

/**
 * A process of few descriptors with buses on it, each with a port that echoes; and, inside it, what its standard input asks
 * for: {@code fill} takes the descriptors that are left, {@code free} gives them back.
 */
final class ShortProcess implements AutoCloseable {
	private final Process process;
	private final List<String> lines = new CopyOnWriteArrayList<>();

	/** Returns when the buses listen at {@code 0.sock}, {@code 1.sock} and so on. */
	ShortProcess(Path folder, int limit, int buses, int ports) throws IOException {
		process = new ProcessBuilder("sh", "-c", "ulimit -n " + limit + " && exec \"$@\"", "sh",
				Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED",
				"-cp", System.getProperty("java.class.path"), ShortProcess.class.getName(), folder.toString(),
				String.valueOf(buses), String.valueOf(ports)).redirectErrorStream(true).start();
		Thread.ofPlatform().daemon().start(() -> process.inputReader().lines().forEach(lines::add));
		await("listening");
	}

	/** Waits until it has said something that contains this. */
	String await(String part) {
		BusFixture.await(() -> lines.stream().anyMatch(line -> line.contains(part)));
		return lines.stream().filter(line -> line.contains(part)).findFirst().orElseThrow();
	}

	void tell(String command, String answer) throws IOException {
		process.outputWriter().append(command).append('\n').flush();
		await(answer);
	}

	@Override
	public void close() throws IOException {
		process.outputWriter().close();
		process.onExit().completeOnTimeout(process, 20, TimeUnit.SECONDS).join();
		process.destroyForcibly();
	}

	public static void main(String... arguments) throws Exception {
		Descriptors.shortage(0); // loads what could not be loaded without a descriptor, from class files in folders
		Class.forName("bus.vhostuser.session.OutOfDescriptorsException");
		var fixture = new BusFixture(Path.of(arguments[0]));
		for (int i = 0; i < Integer.parseInt(arguments[1]); i++)
			BusFixture.plug(fixture.bus(String.valueOf(i), Integer.parseInt(arguments[2])), "echo", 1, false, new EchoPort());
		var taken = new ArrayList<Integer>();
		System.out.println("listening");
		var commands = new BufferedReader(new InputStreamReader(System.in));
		for (var command = commands.readLine(); command != null; command = commands.readLine())
			switch (command) {
				case "fill" -> {
					for (int one = (int) Linux.eventfd(0); one >= 0; one = (int) Linux.eventfd(0))
						taken.add(one);
					System.out.println("filled");
				}
				case "free" -> {
					taken.forEach(Linux::close);
					taken.clear();
					System.out.println("freed");
				}
				default -> System.out.println("unknown " + command);
			}
		fixture.close();
		System.exit(0);
	}
}
