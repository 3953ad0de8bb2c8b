package bench.guest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import bench.Figure;
import bench.Plot;
import bench.Results;
import bench.Settings;
import bench.Suite;

/** Real guests: the bus, a back-end in plain C and QEMU's own device, side by side on the same kernel. */
public final class GuestSuite implements Suite {
	static final String QEMU = "QEMU, 1 vCPU";
	static final String UML = "user-mode Linux";
	private static final String QEMU_2 = "QEMU, 2 vCPU";

	private static final int ROUNDS = 9;
	private static final int SAMPLE_MILLIS = 500;
	/** For the JIT compiler: the bus has been running for a while wherever it matters. */
	private static final int WARM_UP_MILLIS = 2000;

	private interface Boot {
		Machine machine() throws IOException, InterruptedException;
	}

	private record Line(Scenario scenario, String arm) {
	}

	@Override
	public String name() {
		return "guest";
	}

	@Override
	public String about() {
		return "real Linux guests in QEMU and user-mode Linux, against QEMU's own device and a C back-end";
	}

	@Override
	public void run(Settings settings, Results results) throws IOException, InterruptedException {
		var backEnd = compile(settings);
		for (var guest : List.of("qemu", "uml"))
			prepare(settings, guest);
		measure(settings, results, QEMU, () -> Machine.qemu(settings, backEnd, 1));
		measure(settings, results, UML, () -> Machine.uml(settings, backEnd));
		if (!settings.quick())
			measure(settings, results, QEMU_2, () -> Machine.qemu(settings, backEnd, 2));
	}

	@Override
	public List<Plot> plots() {
		return Pictures.all();
	}

	private static Path compile(Settings settings) throws IOException, InterruptedException {
		Files.createDirectories(settings.build());
		var sources = settings.root().resolve("bench/src/main/c");
		var program = settings.build().resolve("backend");
		run("cannot compile bench/src/main/c/backend.c: install a C compiler (Debian: sudo apt install gcc libc6-dev)",
				settings.build().resolve("backend.log"), "cc", "-O2", "-Wall", "-o", program.toString(),
				sources.resolve("backend.c").toString());
		return program;
	}

	private static void prepare(Settings settings, String guest) throws IOException, InterruptedException {
		run("the guest cannot be made", settings.build().resolve("initramfs.log"),
				settings.root().resolve("cnf/guest/initramfs").toString(), guest);
	}

	private static void run(String remedy, Path log, String... command) throws IOException, InterruptedException {
		int exit;
		try {
			exit = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start().waitFor();
		} catch (IOException e) {
			throw new IOException(remedy, e);
		}
		if (exit != 0)
			throw new IOException(remedy + "; exit=" + exit + ": see " + log);
	}

	private void measure(Settings settings, Results results, String place, Boot boot)
			throws IOException, InterruptedException {
		results.step(place + ": booting");
		try (var machine = boot.machine()) {
			var scenarios = settings.quick() ? Scenario.few() : Scenario.all();
			var sampler = new Sampler(machine.console(),
					TimeUnit.MILLISECONDS.toNanos(settings.choose(SAMPLE_MILLIS, SAMPLE_MILLIS / 5)));
			warmUp(settings, results, place, machine, scenarios, sampler);
			var samples = new LinkedHashMap<Line, Map<Quantity, List<Double>>>();
			for (var scenario : scenarios) // in this order, whoever begins
				for (var arm : machine.arms())
					samples.put(new Line(scenario, arm.name()), new EnumMap<>(Quantity.class));
			int rounds = settings.choose(ROUNDS, 2);
			for (int round = 0; round < rounds; round++) {
				results.step("%s: round %d of %d".formatted(place, round + 1, rounds));
				for (var scenario : scenarios)
					for (var arm : order(machine.arms(), round))
						add(samples, scenario, arm, sampler.sample(scenario, arm));
			}
			countSystemCalls(settings, results, place, machine, scenarios, sampler, samples);
			report(results, place, samples);
		}
	}

	private static void warmUp(Settings settings, Results results, String place, Machine machine, List<Scenario> scenarios,
			Sampler sampler) throws IOException, InterruptedException {
		results.step(place + ": warming up, looking at every byte");
		long nanos = TimeUnit.MILLISECONDS.toNanos(settings.choose(WARM_UP_MILLIS, 0));
		for (var scenario : scenarios)
			for (var arm : machine.arms())
				sampler.warmUp(scenario, arm, arm.name().equals("vport") ? nanos : 0);
	}

	/** Each begins as often as the others, and follows each of them as often. */
	static <T> List<T> order(List<T> arms, int round) {
		var order = new ArrayList<>(arms);
		Collections.rotate(order, round);
		return round / arms.size() % 2 == 0 ? order : order.reversed();
	}

	private static void add(Map<Line, Map<Quantity, List<Double>>> samples, Scenario scenario, Arm arm,
			Map<Quantity, Double> sample) {
		var quantities = samples.get(new Line(scenario, arm.name()));
		sample.forEach((quantity, value) -> quantities.computeIfAbsent(quantity, none -> new ArrayList<>()).add(value));
	}

	private static void countSystemCalls(Settings settings, Results results, String place, Machine machine,
			List<Scenario> scenarios, Sampler sampler, Map<Line, Map<Quantity, List<Double>>> samples)
			throws IOException, InterruptedException {
		var tool = SystemCalls.Tool.find();
		if (tool == SystemCalls.Tool.NONE) {
			results.step(place + ": system calls are not counted, for neither perf nor strace works here");
			return;
		}
		results.step(place + ": counting system calls with " + tool);
		var file = settings.build().resolve("system-calls");
		for (var scenario : scenarios)
			for (var arm : machine.arms()) {
				double all = 0;
				for (long pid : arm.pids())
					all += sampler.systemCalls(scenario, arm, tool, pid, file);
				add(samples, scenario, arm,
						Map.of(scenario.pings() ? Quantity.SYSTEM_CALLS_EACH : Quantity.SYSTEM_CALLS, all));
				if (!scenario.pings() && arm.machine() != null && arm.backEnd() != null)
					add(samples, scenario, arm, Map.of(Quantity.SYSTEM_CALLS_OF_BACK_END,
							sampler.systemCalls(scenario, arm, tool, arm.backEnd().pid(), file)));
			}
	}

	private void report(Results results, String place, Map<Line, Map<Quantity, List<Double>>> samples) throws IOException {
		for (var line : samples.entrySet())
			for (var quantity : line.getValue().entrySet())
				results.add(new Figure(name(), place + ": " + line.getKey().scenario, line.getKey().arm,
						quantity.getKey().words, quantity.getKey().unit, quantity.getKey().better,
						quantity.getValue().stream().mapToDouble(Double::doubleValue).toArray()));
	}
}
