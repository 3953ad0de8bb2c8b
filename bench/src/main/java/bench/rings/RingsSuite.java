package bench.rings;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

import org.openjdk.jmh.results.IterationResult;

import bench.Figure;
import bench.Plot;
import bench.Results;
import bench.Settings;
import bench.Suite;

/** {@code ./vport bench rings}. */
public final class RingsSuite implements Suite {
	private static final List<String> SHAPES = List.of("split", "split, 2 regions", "split, 8 regions", "split, 3 buffers",
			"split, 3 buffers, 8 regions", "split, 3 buffers, indirect", "split, 3 buffers, indirect, 8 regions",
			"split, 32 buffers, indirect", "split, to guest", "packed", "packed, 2 regions", "packed, 8 regions",
			"packed, 3 buffers", "packed, 3 buffers, 8 regions", "packed, 3 buffers, indirect", "packed, to guest");
	private static final List<String> WAYS = List.of("WRITE", "WRITE, pipe", "HAND", "READ", "READ, pipe", "ASK");
	private static final List<String> MESSAGES = List.of(MessageBenchmark.CONTROL, MessageBenchmark.WITHOUT_REPLY,
			MessageBenchmark.WITH_REPLY);
	private static final List<Integer> OTHERS = List.of(1, 62, 620, 5000);
	private static final List<String> GARBAGE = List.of("WRITE, split", "HAND, split", "READ, split", "ASK, split",
			"WRITE, packed", "HAND, packed", "READ, packed", "ASK, packed");
	private static final int[] SIZES = { 64, 4096, 32768 };

	@Override
	public String name() {
		return "rings";
	}

	@Override
	public String about() {
		return "queues, data path, messages and loop beside the same in C, and garbage (about 10 minutes; needs cc)";
	}

	@Override
	public void run(Settings settings, Results results) throws IOException, InterruptedException {
		var library = Fork.library(settings.root().resolve("bench/src/main/c"), settings.build());
		var fork = settings.quick() ? new Fork(library, 1, 1, 20, 100_000)
				: new Fork(library, 9, 4, 150, 10_000_000);
		for (var shape : settings.quick() ? SHAPES.subList(0, 1) : SHAPES)
			queue(fork, shape, results);
		for (var way : settings.quick() ? WAYS.subList(0, 1) : WAYS)
			for (var size : settings.quick() ? new int[] { 64 } : SIZES)
				device(fork, way, size, results);
		for (var message : MESSAGES)
			message(fork, message, results);
		for (var others : settings.quick() ? OTHERS.subList(0, 1) : OTHERS)
			loop(fork, others, results);
		for (var way : settings.quick() ? GARBAGE.subList(0, 1) : GARBAGE)
			garbage(fork, way, results);
	}

	@Override
	public List<Plot> plots() {
		return List.of(queues("split"), queues("packed"), device("guest to /dev/null"), device("a pipe to guest"),
				new Plot("rings-loop", "A round trip with a loop that sleeps", "round trip p50", "other descriptors watched",
						Plot.Form.BARS, Plot.points(OTHERS.stream().map(String::valueOf).toList(),
								others -> "loop, " + others + " other descriptors")));
	}

	private static Plot queues(String kind) {
		return new Plot("rings-" + kind, "A chain through a " + kind + " queue", "time per chain", "shape", Plot.Form.BARS,
				Plot.points("1 buffer", "queue, " + kind, "2 regions", "queue, " + kind + ", 2 regions", "8 regions",
						"queue, " + kind + ", 8 regions", "3 buffers", "queue, " + kind + ", 3 buffers", "indirect",
						"queue, " + kind + ", 3 buffers, indirect", "to guest", "queue, " + kind + ", to guest"));
	}

	private static Plot device(String way) {
		return new Plot("rings-" + way.replaceAll("[ /]+", "-"), "A buffer, " + way, "time per buffer", "bytes",
				Plot.Form.LOG_BARS, Plot.points(Arrays.stream(SIZES).mapToObj(String::valueOf).toList(),
						bytes -> "device, " + way + ", " + bytes + " B"));
	}

	private static Figure time(String scenario, Arm arm, String quantity, double[] samples) {
		return new Figure("rings", scenario, arm.toString(), quantity, "ns", Figure.Better.LESS, samples);
	}

	private static void queue(Fork fork, String shape, Results results) throws IOException {
		results.step("queue: " + shape);
		var arms = QueueBenchmark.ARMS;
		var answers = fork.run(QueueBenchmark.class, "shape", shape, arms.length);
		for (int i = 0; i < arms.length; i++)
			results.add(time("queue, " + shape, arms[i], "time per chain", answers.get(i).scores()));
	}

	private static void device(Fork fork, String way, int size, Results results) throws IOException {
		results.step("device: " + way + ", " + size + " B");
		var arms = DeviceBenchmark.ARMS;
		var answers = fork.run(DeviceBenchmark.class, "way", way + ", split, " + size + " B", arms.length);
		for (int i = 0; i < arms.length; i++)
			results.add(time("device, " + words(way) + ", " + size + " B", arms[i], "time per buffer",
					answers.get(i).scores()));
	}

	private static void message(Fork fork, String message, Results results) throws IOException {
		results.step("message: " + message);
		var arms = MessageBenchmark.ARMS;
		var answers = fork.run(MessageBenchmark.class, "message", message, arms.length);
		for (int i = 0; i < arms.length; i++)
			results.add(time("message, " + message, arms[i], "time", answers.get(i).scores()));
	}

	private static void loop(Fork fork, int others, Results results) throws IOException {
		results.step("loop: " + others + " other descriptors");
		var arms = LoopBenchmark.ARMS;
		var answers = fork.run(LoopBenchmark.class, "others", Integer.toString(others), arms.length);
		for (int percent : new int[] { 50, 99 })
			for (int i = 0; i < arms.length; i++)
				results.add(time("loop, " + others + " other descriptors", arms[i], "round trip p" + percent, answers.get(i)
						.samples(iteration -> iteration.getPrimaryResult().getStatistics().getPercentile(percent))));
	}

	private static void garbage(Fork fork, String way, Results results) throws IOException {
		results.step("garbage: " + way + ", " + fork.buffers() + " buffers");
		var shot = fork.shot(GarbageBenchmark.class, "way", way);
		garbage(way, "garbage per buffer", "B", secondary(shot, "gc.alloc.rate.norm") / fork.buffers(), results);
		garbage(way, "collections in " + fork.buffers() + " buffers", "", secondary(shot, "gc.count"), results);
	}

	private static void garbage(String way, String quantity, String unit, double value, Results results)
			throws IOException {
		results.add(new Figure("rings", "garbage, " + way, Arm.VPORT.toString(), quantity, unit, Figure.Better.LESS,
				new double[] { value }));
	}

	@SuppressWarnings("rawtypes") // as JMH has them
	private static double secondary(IterationResult shot, String name) {
		return shot.getSecondaryResults().entrySet().stream().filter(result -> result.getKey().endsWith(name))
				.mapToDouble(result -> result.getValue().getScore()).findFirst()
				.orElseThrow(() -> new IllegalStateException("JMH's profiler says nothing of " + name));
	}

	private static String words(String way) {
		return switch (way) {
			case "WRITE" -> "guest to /dev/null";
			case "WRITE, pipe" -> "guest to a pipe";
			case "HAND" -> "guest to a port's call";
			case "READ" -> "/dev/zero to guest";
			case "READ, pipe" -> "a pipe to guest";
			default -> "a port's call to guest";
		};
	}
}
