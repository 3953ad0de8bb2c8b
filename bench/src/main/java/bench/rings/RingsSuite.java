package bench.rings;

import java.io.IOException;
import java.util.List;

import bench.Figure;
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
		var library = Program.library(settings.root().resolve("bench/src/main/c"), settings.build());
		var fork = settings.quick() ? new Fork(library, 1, 1, 20) : new Fork(library, 9, 4, 150);
		for (var shape : settings.quick() ? SHAPES.subList(0, 1) : SHAPES)
			queue(fork, shape, results);
		for (var way : settings.quick() ? WAYS.subList(0, 1) : WAYS)
			for (var size : settings.quick() ? new int[] { 64 } : SIZES)
				device(fork, way, size, results);
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
