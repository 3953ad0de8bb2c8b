package bench.guest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import bench.Figure;
import bench.Results;
import bench.Settings;

/** All that is measured on one machine: every scenario on every arm in each round, neighbours as close as can be. */
final class Rounds {
	private static final int ROUNDS = 9;
	/** Rounds in which nothing but system calls is counted. */
	private static final int COUNTED_ROUNDS = 3;
	private static final int SAMPLE_MILLIS = 500;
	/** For the JIT compiler: the bus has been running for a while wherever it matters. */
	private static final int WARM_UP_MILLIS = 2000;

	private record Line(Scenario scenario, Arm arm) {
	}

	private interface Measurement {
		Map<Quantity, Double> of(Scenario scenario, Arm arm) throws IOException, InterruptedException;
	}

	private final Settings settings;
	private final Results results;
	private final String place;
	private final List<Arm> arms;
	private final List<Scenario> scenarios;
	private final Sampler sampler;
	private final Map<Line, Map<Quantity, List<Double>>> samples = new LinkedHashMap<>();

	/**
	 * @param place what the machine is called in the figures
	 */
	Rounds(Settings settings, Results results, String place, Machine machine) {
		this.settings = settings;
		this.results = results;
		this.place = place;
		this.arms = machine.arms();
		this.scenarios = settings.quick() ? Scenario.few() : Scenario.all();
		this.sampler = new Sampler(machine.console(),
				TimeUnit.MILLISECONDS.toNanos(settings.choose(SAMPLE_MILLIS, SAMPLE_MILLIS / 5)));
		for (var scenario : scenarios) // figures come in this order, whoever begins a round
			for (var arm : arms)
				samples.put(new Line(scenario, arm), new EnumMap<>(Quantity.class));
	}

	void run() throws IOException, InterruptedException {
		warmUp();
		repeat("round", settings.choose(ROUNDS, 2), sampler::sample);
		var tool = SystemCalls.Tool.find();
		if (tool == SystemCalls.Tool.NONE)
			results.step(place + ": system calls are not counted, for neither perf nor strace works here");
		else
			repeat("system calls, with " + tool + ", round", settings.choose(COUNTED_ROUNDS, 1),
					(scenario, arm) -> sampler.systemCalls(scenario, arm, tool, settings.build()));
		report();
	}

	private void warmUp() throws IOException, InterruptedException {
		results.step(place + ": warming up, looking at every byte");
		long nanos = TimeUnit.MILLISECONDS.toNanos(settings.choose(WARM_UP_MILLIS, 0));
		for (var scenario : scenarios)
			for (var arm : arms)
				sampler.warmUp(scenario, arm, arm.name().equals("vport") ? nanos : 0);
	}

	private void repeat(String what, int rounds, Measurement measurement) throws IOException, InterruptedException {
		for (int round = 0; round < rounds; round++) {
			results.step("%s: %s %d of %d".formatted(place, what, round + 1, rounds));
			for (var scenario : scenarios)
				for (var arm : order(arms, round))
					measurement.of(scenario, arm).forEach((quantity, value) -> samples.get(new Line(scenario, arm))
							.computeIfAbsent(quantity, none -> new ArrayList<>()).add(value));
		}
	}

	/** Each begins as often as the others, and follows each of them as often. */
	static <T> List<T> order(List<T> arms, int round) {
		var order = new ArrayList<>(arms);
		Collections.rotate(order, round);
		return round / arms.size() % 2 == 0 ? order : order.reversed();
	}

	private void report() throws IOException {
		for (var line : samples.entrySet())
			for (var quantity : line.getValue().entrySet())
				results.add(new Figure(GuestSuite.NAME, place + ": " + line.getKey().scenario, line.getKey().arm.name(),
						quantity.getKey().words, quantity.getKey().unit, quantity.getKey().better,
						quantity.getValue().stream().mapToDouble(Double::doubleValue).toArray()));
	}
}
