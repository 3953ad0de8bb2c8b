package bench.latency;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import bench.Application;
import bench.Collector;
import bench.Figure;
import bench.Figure.Better;
import bench.Plot;
import bench.Results;
import bench.Settings;
import bench.Suite;
import bench.TemporaryFolder;

/** How long a guest that spins for its console or for a control message waits. */
public final class LatencySuite implements Suite {
	private static final String IDLE = "idle";
	private static final String BUSY = "under load";
	private static final String COLLECTED = "a collection every 100 ms";
	private static final String FIRST = "the first guest";
	private static final List<String> WHAT = List.of("console output", "control message");
	private static final double[] QUANTILES = {0.5, 0.99, 0.999, 1};
	private static final String[] NAMES = {"p50", "p99", "p99.9", "max"};
	private static final int FIRST_REQUESTS = 100;

	@Override
	public String name() {
		return "latency";
	}

	@Override
	public String about() {
		return "how long a guest that spins for console output or a control message waits";
	}

	@Override
	public List<Plot> plots() {
		return WHAT.stream().map(what -> new Plot("latency-" + what.replace(' ', '-'), "A guest waits for " + what, "p99.9",
				"", Plot.Form.LOG_BARS, Plot.points(List.of(IDLE, BUSY, COLLECTED), label -> what + ", " + label))).toList();
	}

	@Override
	public void run(Settings settings, Results results) throws IOException, InterruptedException {
		Files.createDirectories(settings.build());
		try (var temporary = new TemporaryFolder()) {
			var folder = temporary.path();
			var config = configured(folder);
			var arms = new LinkedHashMap<String, String>();
			for (var collector : List.of(Collector.OURS, Collector.SERIAL, Collector.G1)) {
				results.step("vport starts with " + collector.arm());
				arms.put(collector.arm(), collector.prepare(settings, config));
			}
			first(settings, results, folder, config);
			steady(settings, results, folder, config, arms);
		}
	}

	/** Two buses; each has a console, and a file that is nowhere. */
	private static Path configured(Path folder) throws IOException {
		var config = Files.createDirectory(folder.resolve("config"));
		for (var bus : List.of("a", "b")) {
			Files.writeString(config.resolve("bus.vhostuser-" + bus + ".cfg"), "socket=" + folder.resolve(bus) + "\nports=3\n");
			Files.writeString(config.resolve("port.console-" + bus + ".cfg"), "bus=" + bus + "\n");
			Files.writeString(config.resolve("port.file-" + bus + "file.cfg"),
					"bus=" + bus + "\nname=" + Spinner.SINK + "\npath=/dev/null\n");
		}
		return config;
	}

	/** Each sample a vport that has just become ready, and has not seen a guest. */
	private static void first(Settings settings, Results results, Path folder, Path config)
			throws IOException, InterruptedException {
		var arms = Map.of("vport", "", "no warm-up", "-Dvport.warmup=off");
		var taken = new LinkedHashMap<String, List<Spinner.First>>();
		int rounds = settings.choose(9, 2);
		for (int i = -1; i < rounds; i++) // this program's own code is cold, too: round -1 does not count
			for (var arm : new TreeMap<>(arms).entrySet())
				try (var vport = new Application(settings, config, arm.getValue())) {
					results.step(FIRST + ": " + arm.getKey() + ", process " + vport.process().pid() + ", round " + (i + 1) + " of " + rounds);
					var first = Spinner.first(folder.resolve("a"), FIRST_REQUESTS);
					if (i >= 0)
						taken.computeIfAbsent(arm.getKey(), name -> new ArrayList<>()).add(first);
				}
		for (var arm : taken.entrySet()) {
			add(results, FIRST, arm.getKey(), "until its ports are there",
					arm.getValue().stream().mapToDouble(Spinner.First::ports).toArray());
			add(results, FIRST, arm.getKey(), "first byte", arm.getValue().stream().mapToDouble(Spinner.First::byteOne).toArray());
			add(results, FIRST, arm.getKey(), "longest of 100 bytes",
					arm.getValue().stream().mapToDouble(Spinner.First::longest).toArray());
			add(results, FIRST, arm.getKey(), "first control message",
					arm.getValue().stream().mapToDouble(Spinner.First::control).toArray());
		}
	}

	private static void steady(Settings settings, Results results, Path folder, Path config, Map<String, String> arms)
			throws IOException, InterruptedException {
		int requests = settings.choose(20_000, 2_000);
		int rounds = settings.choose(5, 1);
		var taken = new LinkedHashMap<List<String>, double[]>();
		for (int round = 0; round < rounds; round++)
			for (var arm : arms.entrySet())
				try (var vport = new Application(settings, config, arm.getValue());
						var guest = new Spinner(folder.resolve("a"))) {
					results.step(arm.getKey() + ", round " + (round + 1) + " of " + rounds);
					guest.console(requests); // so that both sides are compiled
					guest.control(requests);
					keep(taken, IDLE, arm.getKey(), guest, requests, round, rounds);
					try (var load = new Load(guest, folder.resolve("b"))) {
						keep(taken, BUSY, arm.getKey(), guest, requests, round, rounds);
						load.check();
					}
					try (var collections = new Collections(vport.process().pid())) {
						keep(taken, COLLECTED, arm.getKey(), guest, requests, round, rounds);
						collections.check();
					}
				}
		for (var figure : taken.entrySet())
			add(results, figure.getKey().get(0), figure.getKey().get(1), figure.getKey().get(2), figure.getValue());
	}

	private static void keep(Map<List<String>, double[]> taken, String scenario, String arm, Spinner guest, int requests,
			int round, int rounds) throws IOException {
		for (var what : WHAT) {
			var waits = what.equals(WHAT.getFirst()) ? guest.console(requests) : guest.control(requests);
			for (int i = 0; i < QUANTILES.length; i++)
				taken.computeIfAbsent(List.of(what + ", " + scenario, arm, NAMES[i]), key -> new double[rounds])[round]
						= Figure.quantile(waits, QUANTILES[i]);
		}
	}

	private static void add(Results results, String scenario, String arm, String quantity, double[] samples)
			throws IOException {
		results.add(new Figure("latency", scenario, arm, quantity, "us", Better.LESS, samples));
	}
}
