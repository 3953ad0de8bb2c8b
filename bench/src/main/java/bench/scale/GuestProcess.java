package bench.scale;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The program of a process full of guests. Each line on its standard input is something that all of them do at once; the
 * answer is one line of numbers. Times are microseconds since 1970, so that they can be compared with the suite's.
 */
final class GuestProcess {
	/** What is faster for having started first does not count. */
	private static final Duration UNTIL_ALL_RUN = Duration.ofSeconds(1);

	private final List<Guest> guests;

	private GuestProcess(Fleet fleet, int first, int end) {
		guests = IntStream.range(first, end).mapToObj(number -> new Guest(fleet, number)).toList();
	}

	/** @param arguments folder, guests and ports of the fleet; the first guest of this process, and the one behind its last */
	public static void main(String... arguments) throws IOException, InterruptedException {
		var numbers = Arrays.stream(arguments).skip(1).mapToInt(Integer::parseInt).toArray();
		var process = new GuestProcess(new Fleet(Path.of(arguments[0]), numbers[0], numbers[1]), numbers[2], numbers[3]);
		var input = new BufferedReader(new InputStreamReader(System.in));
		System.out.println("here");
		for (var line = input.readLine(); line != null; line = input.readLine())
			System.out.println(process.perform(line.split(" ")));
		System.exit(0);
	}

	private String perform(String... words) throws InterruptedException {
		try {
			return switch (words[0]) {
				case "connect" -> answer(atOnce(Guest::connect));
				case "disconnect" -> answer(atOnce(Guest::disconnect));
				case "removed" -> {
					System.out.println("waiting");
					yield answer(atOnce(Guest::awaitRemoved));
				}
				case "added" -> {
					System.out.println("waiting");
					yield answer(atOnce(Guest::awaitAdded));
				}
				case "load" -> load(Duration.ofSeconds(Integer.parseInt(words[1])), words[2].equals("busy"));
				default -> "failed: unknown command " + words[0];
			};
		} catch (ExecutionException e) {
			return "failed: " + e.getCause();
		}
	}

	private interface Step {
		double[] of(Guest guest) throws IOException, InterruptedException;
	}

	/** A thread for each: none waits for another. */
	private List<double[]> atOnce(Step step) throws InterruptedException, ExecutionException {
		try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
			var steps = new ArrayList<Future<double[]>>();
			for (var guest : guests)
				steps.add(threads.submit(() -> step.of(guest)));
			var answers = new ArrayList<double[]>();
			for (var one : steps)
				answers.add(one.get());
			return answers;
		}
	}

	private static String answer(List<double[]> numbers) {
		return numbers.stream().flatMapToDouble(Arrays::stream).mapToObj(String::valueOf).collect(Collectors.joining(" "));
	}

	/**
	 * Answers three groups: bytes of each busy guest; microseconds of their round trips; microseconds that a guest which is
	 * idle waited for one line of its console.
	 */
	private String load(Duration time, boolean busy) throws InterruptedException, ExecutionException {
		long begin = System.nanoTime() + UNTIL_ALL_RUN.toNanos();
		long end = begin + time.toNanos();
		try (var threads = Executors.newThreadPerTaskExecutor(Thread.ofPlatform().factory())) {
			var idle = threads.submit(() -> talk(begin, end));
			var loads = new ArrayList<Future<double[]>>();
			if (busy)
				for (var guest : guests)
					if (guest.isBusy())
						loads.add(threads.submit(() -> guest.echo(begin, end)));
			var bytes = new ArrayList<double[]>();
			var trips = new ArrayList<double[]>();
			for (var load : loads) {
				var one = load.get();
				bytes.add(new double[] { one[0] });
				trips.add(Arrays.copyOfRange(one, 1, one.length));
			}
			return answer(bytes) + ";" + answer(trips) + ";" + answer(List.of(idle.get()));
		}
	}

	/** One idle guest after the other says a line. */
	private double[] talk(long begin, long end) throws IOException, InterruptedException {
		var idle = guests.stream().filter(guest -> !guest.isBusy()).toList();
		var micros = new ArrayList<Double>();
		for (int i = 0; System.nanoTime() < end; i++) {
			double took = idle.get(i % idle.size()).line();
			if (System.nanoTime() > begin)
				micros.add(took);
			Thread.sleep(1);
		}
		return micros.stream().mapToDouble(Double::doubleValue).toArray();
	}
}
