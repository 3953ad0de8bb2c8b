package bench.startup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;

import bench.Application;
import bench.Collector;
import bench.Figure;
import bench.Figure.Better;
import bench.Plot;
import bench.ProcessView;
import bench.Results;
import bench.Settings;
import bench.Suite;
import bench.TemporaryFolder;

/** From {@code ./vport run} to {@code vport ready}, and the weight of a process without guests. */
public final class StartupSuite implements Suite {
	/** Until the rehearsal is over, the start's rubbish collected, and given back to the kernel. */
	private static final int IDLE_SECONDS = 20;
	/** Rounds that wait for that; memory differs little from start to start. */
	private static final int IDLE_ROUNDS = 3;
	private static final Pattern HEAP = Pattern.compile("used (\\d+)([KM])");
	private static final Pattern LOADED = Pattern.compile("java\\.cls\\.(l|sharedL)oadedClasses=(\\d+)");
	private static final Path CACHES = Path.of("/proc/sys/vm/drop_caches");
	private static final double KI = 1024;
	/** More are the suite scale's. */
	private static final int MANY = 100;
	private static final String ONE = "1 bus, 2 ports";
	private static final String COLD = ONE + ", cold disk cache";

	@Override
	public String name() {
		return "startup";
	}

	@Override
	public String about() {
		return "time until vport is ready, and its memory without guests";
	}

	@Override
	public List<Plot> plots() {
		return List.of(
				new Plot("startup-ready", "Until vport is ready, ms", "ready", "", Plot.Form.BARS,
						Plot.points("1 bus", ONE, "cold disk cache", COLD, MANY + " buses", many())),
				new Plot("startup-rss", "Memory of an idle vport, MiB", "RSS idle", "", Plot.Form.BARS,
						Plot.points("1 bus", ONE, MANY + " buses", many())));
	}

	private static String many() {
		return MANY + " buses, 2 ports each";
	}

	@Override
	public void run(Settings settings, Results results) throws IOException, InterruptedException {
		Files.createDirectories(settings.build());
		try (var folder = new TemporaryFolder()) {
			one(settings, results, folder.path());
			many(settings, results, folder.path());
		}
	}

	private static void one(Settings settings, Results results, Path folder) throws IOException, InterruptedException {
		var config = configured(folder, 1);
		var arms = new LinkedHashMap<String, String>();
		arms.put("vport", "");
		arms.put("no archive", "-XX:SharedArchiveFile=" + Path.of(System.getProperty("java.home"),
				"lib/server/classes_nocoops.jsa"));
		arms.put("no warm-up", "-Dvport.warmup=off");
		for (var collector : List.of(Collector.SERIAL, Collector.G1)) {
			results.step("an archive of classes for " + collector.arm());
			arms.put(collector.arm(), collector.prepare(settings, config));
		}
		new Application(settings, config, "").close(); // builds, and makes the archive, if need be
		int rounds = settings.choose(9, 2);
		rounds(settings, results, config, arms, rounds, ONE, false);
		if (settings.quick() || !Files.isWritable(CACHES))
			results.step("not measured: from a cold disk cache (it takes root, and not --quick)");
		else
			rounds(settings, results, config, Map.of("vport", ""), 5, COLD, true);
		script(settings, results, config, rounds);
	}

	private static void many(Settings settings, Results results, Path folder) throws IOException, InterruptedException {
		var config = configured(folder, MANY);
		rounds(settings, results, config, Map.of("vport", ""), settings.choose(3, 1), many(), false);
	}

	private static void rounds(Settings settings, Results results, Path config, Map<String, String> arms, int rounds,
			String scenario, boolean cold) throws IOException, InterruptedException {
		var taken = new LinkedHashMap<String, List<Sample>>();
		var idle = new LinkedHashMap<String, List<Weight>>();
		for (int i = 0; i < rounds; i++)
			for (var arm : arms.entrySet()) {
				results.step(scenario + ": " + arm.getKey() + ", round " + (i + 1) + " of " + rounds);
				if (cold)
					Files.writeString(CACHES, "3");
				try (var vport = new Application(settings, config, arm.getValue())) {
					var start = new Sample(vport.readyMillis(), vport.process().processorMillis());
					taken.computeIfAbsent(arm.getKey(), name -> new ArrayList<>()).add(start);
					if (!cold && i < IDLE_ROUNDS)
						idle.computeIfAbsent(arm.getKey(), name -> new ArrayList<>()).add(weigh(settings, vport.process()));
				}
			}
		for (var arm : taken.entrySet()) {
			add(results, scenario, arm, "ready", "ms", Sample::ready);
			add(results, scenario, arm, "processor time at ready", "ms", Sample::processor);
		}
		for (var arm : idle.entrySet()) {
			add(results, scenario, arm, "RSS idle", "MiB", Weight::resident);
			add(results, scenario, arm, "heap used", "MiB", Weight::heap);
			add(results, scenario, arm, "threads", "", Weight::threads);
			add(results, scenario, arm, "classes", "", Weight::classes);
			add(results, scenario, arm, "classes from an archive", "", Weight::shared);
		}
	}

	/** Of a start, in milliseconds. */
	private record Sample(double ready, double processor) {
	}

	/** Of a process that idles; memory in MiB. */
	private record Weight(double resident, double heap, double threads, double classes, double shared) {
	}

	private static <T> void add(Results results, String scenario, Map.Entry<String, List<T>> arm, String quantity,
			String unit, ToDoubleFunction<T> of) throws IOException {
		results.add(new Figure("startup", scenario, arm.getKey(), quantity, unit,
				"classes from an archive".equals(quantity) ? Better.MORE : Better.LESS,
				arm.getValue().stream().mapToDouble(of).toArray()));
	}

	private static Weight weigh(Settings settings, ProcessView process) throws IOException, InterruptedException {
		TimeUnit.SECONDS.sleep(settings.choose(IDLE_SECONDS, 1));
		double resident = process.residentKiB() / KI; // before the JDK's tool makes the process do things
		double threads = process.threads();
		var heap = HEAP.matcher(process.jcmd("GC.heap_info"));
		double used = heap.find() ? Long.parseLong(heap.group(1)) / ("K".equals(heap.group(2)) ? KI : 1) : Double.NaN;
		double fromFiles = 0;
		double shared = 0;
		for (var counter = LOADED.matcher(process.jcmd("PerfCounter.print")); counter.find();)
			if ("l".equals(counter.group(1)))
				fromFiles = Long.parseLong(counter.group(2));
			else
				shared = Long.parseLong(counter.group(2));
		return new Weight(resident, used, threads, fromFiles + shared, shared);
	}

	/** What the script adds: the same Java with and without it. */
	private static void script(Settings settings, Results results, Path config, int rounds)
			throws IOException, InterruptedException {
		var with = new double[rounds];
		var without = new double[rounds];
		results.step("the script's part");
		for (int i = 0; i < rounds; i++) {
			with[i] = millis(new ProcessBuilder(settings.vport().toString(), "run", "--config", config.toString()));
			without[i] = millis(new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin/java").toString(),
					"-XX:+UseZGC", "-Xmx256m"));
		}
		results.add(new Figure("startup", "Java's version, and nothing else", "by ./vport", "time", "ms", Better.LESS, with));
		results.add(new Figure("startup", "Java's version, and nothing else", "java alone", "time", "ms", Better.LESS,
				without));
	}

	private static double millis(ProcessBuilder builder) throws IOException, InterruptedException {
		builder.environment().put("JAVA_OPTS", "-version");
		if (builder.command().size() == 3)
			builder.command().add("-version");
		builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
		long began = System.nanoTime();
		builder.start().waitFor();
		return (System.nanoTime() - began) / 1e6;
	}

	/** A folder with buses, each with a console and a socket. */
	private static Path configured(Path folder, int buses) throws IOException {
		var config = Files.createDirectory(folder.resolve("config" + buses));
		for (int i = 0; i < buses; i++) {
			Files.writeString(config.resolve("bus.vhostuser-vm" + i + ".cfg"),
					"socket=" + folder.resolve(i + ".vm") + "\nports=3\n");
			Files.writeString(config.resolve("port.console-console" + i + ".cfg"), "bus=vm" + i + "\n");
			Files.writeString(config.resolve("port.socket-socket" + i + ".cfg"),
					"bus=vm" + i + "\nname=org.example.socket\nlisten=unix:" + folder.resolve(i + ".socket") + "\n");
		}
		return config;
	}
}
