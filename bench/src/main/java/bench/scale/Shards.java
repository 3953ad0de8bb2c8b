package bench.scale;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** All guests of a fleet, in as few processes as their descriptors allow. */
final class Shards implements AutoCloseable {
	/** Of a guest here: three for each queue, its memory, its socket and what watches it. */
	private static final int BESIDE_QUEUES = 8;

	private record Shard(Process process, BufferedReader answers) {
	}

	private final List<Shard> shards = new ArrayList<>();

	/** @param limit how many descriptors a process may have */
	Shards(Fleet fleet, int limit) throws IOException {
		int room = (limit - 200) / (3 * fleet.queues() + BESIDE_QUEUES);
		int processes = (fleet.guests() + room - 1) / room;
		for (int i = 0; i < processes; i++)
			shards.add(start(fleet, fleet.guests() * i / processes, fleet.guests() * (i + 1) / processes));
		for (var shard : shards)
			expect(shard, "here");
	}

	private static Shard start(Fleet fleet, int first, int end) throws IOException {
		var process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-Xmx512m", "-Xss256k", "-cp",
				System.getProperty("java.class.path"), GuestProcess.class.getName(), fleet.folder().toString(),
				String.valueOf(fleet.guests()), String.valueOf(fleet.ports()), String.valueOf(first), String.valueOf(end))
				.redirectError(ProcessBuilder.Redirect.INHERIT).start();
		return new Shard(process, process.inputReader());
	}

	private static String answer(Shard shard) throws IOException {
		var line = shard.answers.readLine();
		if (line == null || line.startsWith("failed"))
			throw new IOException("guests: " + (line == null ? "their process has ended" : line)
					+ "; see build/bench/scale.log");
		return line;
	}

	private static void expect(Shard shard, String word) throws IOException {
		if (!answer(shard).equals(word))
			throw new IOException("guests: not " + word);
	}

	private void tell(String command) throws IOException {
		for (var shard : shards)
			shard.process.outputWriter().append(command).append('\n').flush();
	}

	/** All guests do something; the numbers that they answer. */
	double[] all(String command) throws IOException {
		tell(command);
		return answers();
	}

	private double[] answers() throws IOException {
		var lines = new ArrayList<String>();
		for (var shard : shards)
			lines.add(answer(shard));
		return numbers(lines.stream());
	}

	/** What makes all guests answer. */
	interface Cause {
		void happen() throws IOException;
	}

	/** All guests wait for something, and it happens. */
	double[] await(String command, Cause cause) throws IOException {
		tell(command);
		for (var shard : shards)
			expect(shard, "waiting");
		cause.happen();
		return answers();
	}

	/** As {@link #all}, of a command that answers groups of numbers. */
	List<double[]> groups(String command, int groups) throws IOException {
		tell(command);
		var lines = new ArrayList<String[]>();
		for (var shard : shards)
			lines.add(answer(shard).split(";", -1));
		var answers = new ArrayList<double[]>();
		for (int i = 0; i < groups; i++) {
			int group = i;
			answers.add(numbers(lines.stream().map(line -> line[group])));
		}
		return answers;
	}

	private static double[] numbers(Stream<String> lines) {
		return lines.filter(line -> !line.isEmpty()).flatMap(line -> Stream.of(line.split(" ")))
				.flatMapToDouble(word -> DoubleStream.of(Double.parseDouble(word))).toArray();
	}

	@Override
	public void close() throws IOException {
		for (var shard : shards) {
			shard.process.outputWriter().close();
			shard.process.onExit().completeOnTimeout(shard.process, 20, TimeUnit.SECONDS).join();
			shard.process.destroyForcibly();
		}
	}
}
