package bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import bench.guest.GuestSuite;
import bench.latency.LatencySuite;
import bench.rings.RingsSuite;
import bench.scale.ScaleSuite;
import bench.startup.StartupSuite;

/** {@code ./vport bench [SUITE...|report] [--quick] [--into DIR]}. All suites, then the report, if none is named. */
final class Bench {
	private static final List<Suite> SUITES = List.of(new RingsSuite(), new GuestSuite(), new LatencySuite(),
			new StartupSuite(), new ScaleSuite());

	/** With whom others are compared, if they took part. */
	static final List<String> BASELINES = List.of("QEMU", "C", "memcpy");

	private Bench() {
	}

	public static void main(String... arguments) throws InterruptedException {
		try {
			System.exit(run(arguments));
		} catch (IOException e) {
			System.err.println("vport: " + e.getMessage());
			System.exit(1);
		}
	}

	/** The exit code: 2 for wrong use. */
	private static int run(String... arguments) throws IOException, InterruptedException {
		var root = Path.of(System.getProperty("vport.root", ".")).toAbsolutePath().normalize();
		var into = root.resolve("docs/performance");
		boolean quick = false;
		boolean report = false;
		var chosen = new ArrayList<Suite>();
		for (int i = 0; i < arguments.length; i++)
			switch (arguments[i]) {
				case "--quick" -> quick = true;
				case "--into" -> {
					if (++i == arguments.length)
						return wrong("--into needs a folder: bench --into DIR");
					into = Path.of(arguments[i]).toAbsolutePath();
				}
				case "report" -> report = true;
				case "--help" -> {
					SUITES.forEach(suite -> System.out.printf("  %-10s %s%n", suite.name(), suite.about()));
					System.out.println("  report     pictures and tables of the figures that are there");
					return 0;
				}
				default -> {
					var name = arguments[i];
					var suite = SUITES.stream().filter(one -> one.name().equals(name)).findFirst();
					if (suite.isEmpty())
						return wrong("unknown suite " + name + "; there are: "
								+ String.join(", ", SUITES.stream().map(Suite::name).toList()) + ", report");
					chosen.add(suite.get());
				}
			}
		boolean all = chosen.isEmpty() && !report;
		measure(all ? SUITES : chosen, new Settings(root, into, quick));
		if (all || report)
			Report.write(SUITES, into);
		return 0;
	}

	private static int wrong(String what) {
		System.err.println("vport: " + what);
		return 2;
	}

	private static void measure(List<Suite> suites, Settings settings) throws IOException, InterruptedException {
		for (var suite : suites) {
			System.out.println("vport: " + suite.name() + ": " + suite.about());
			var results = new Results(settings.into().resolve(suite.name() + ".jsonl"),
					Run.now(settings.root()));
			suite.run(settings, results);
			System.out.print(Table.text(results.figures(), BASELINES));
		}
	}
}
