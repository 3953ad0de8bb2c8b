package bench.scale;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

import bench.Plot;
import bench.Results;
import bench.Settings;
import bench.Suite;
import bench.TemporaryFolder;
import bus.vhostuser.session.Descriptors;

/** From a hundred guests to a thousand, in one process: what grows with what. */
public final class ScaleSuite implements Suite {
	/** Guests that are busy at once; fewer of a small fleet. */
	static final int BUSY = 100;

	static final String NAME = "scale";

	private static final int[][] FULL = { { 100, 2 }, { 250, 2 }, { 500, 2 }, { 1000, 2 }, { 450, 8 } };
	private static final int[][] QUICK = { { 50, 2 }, { 10, 8 } };
	private static final double MILLION = 1e6;

	@Override
	public String name() {
		return NAME;
	}

	@Override
	public String about() {
		return "1,000 guests with two ports, 450 with eight: start, connecting, idle cost, fairness, hot-plug, leaks";
	}

	@Override
	public List<Plot> plots() {
		return List.of(overGuests("scale-start", "Start with so many buses configured", "start until ready"),
				overGuests("scale-connect", "All guests connect at once", "connect, all at once: ports open, last"),
				overGuests("scale-wait", "All guests connect at once: the longest wait of any of them",
						"connect, longest wait for a reply"),
				overGuests("scale-idle-cpu", "All guests idle", "idle CPU"),
				overGuests("scale-idle-memory", "Resident memory, all guests idle", "RSS"),
				overGuests("scale-busy-wait", "An idle guest while others are busy", "a console's line, others busy p99"),
				overGuests("scale-plug", "A port plugged on all buses", "a port plugged everywhere: there, last"));
	}

	private static Plot overGuests(String file, String title, String quantity) {
		var points = Plot.points(Arrays.stream(FULL).filter(size -> size[1] == 2).map(size -> String.valueOf(size[0]))
				.toList(), guests -> guests + " guests x 2 ports");
		return new Plot(file, title, quantity, "guests, two ports each", Plot.Form.LINES, points);
	}

	@Override
	public void run(Settings settings, Results results) throws IOException, InterruptedException {
		results.step("a start that does not count: it makes the archive of classes if there is none");
		startOnce(settings);
		for (int[] size : settings.quick() ? QUICK : FULL)
			try (var folder = new TemporaryFolder()) {
				measure(settings, new Fleet(folder.path(), size[0], size[1]), new Collected(results), results);
			}
	}

	private static void startOnce(Settings settings) throws IOException, InterruptedException {
		try (var folder = new TemporaryFolder()) {
			var fleet = new Fleet(folder.path(), 1, 2);
			fleet.write();
			try (var vport = new Vport(settings, fleet)) {
				vport.awaitReady();
			}
		}
	}

	private static void measure(Settings settings, Fleet fleet, Collected collected, Results results)
			throws IOException, InterruptedException {
		int limit = Descriptors.limit();
		if (fleet.descriptors() > limit)
			throw new IOException(fleet.name() + " need descriptors=" + fleet.descriptors() + ", limit=" + limit
					+ ": raise it with 'ulimit -n " + fleet.descriptors() + "'");
		fleet.write();
		try (var vport = new Vport(settings, fleet)) {
			vport.awaitReady();
			collected.less(fleet, "start until ready", "s", vport.readySeconds());
			collected.less(fleet, "start until the last socket listens", "s", vport.listeningSeconds());
			collected.less(fleet, "processor time of the start", "s", vport.process().processorMillis() / 1e3);
			results.step(fleet.name() + String.format(Locale.ROOT, ": ready after %.1f s", vport.readySeconds()));
			try (var guests = new Shards(fleet, limit)) {
				new Run(settings, fleet, vport, guests, collected, results).all();
			}
		}
	}

	/** What is done with one fleet. */
	private record Run(Settings settings, Fleet fleet, Vport vport, Shards guests, Collected collected, Results results) {

		void all() throws IOException, InterruptedException {
			var before = Cost.of(vport, settings.choose(5, 2));
			collected.less(fleet, "idle CPU without guests", "%", before.cpuPercent());
			collected.less(fleet, "RSS without guests", "MiB", before.resident().all() / 1024.0);
			collected.less(fleet, "live heap without guests", "MiB", before.heap() / 1024.0);
			storm("connect");
			idle(before);
			load();
			hotPlug();
			leave(before);
			storm("reconnect");
			guests.all("disconnect");
		}

		private void step(String what) {
			results.step(fleet.name() + ": " + what);
		}

		private static double now() {
			return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
		}

		/** Of answers that are times and waits by turns. */
		private static double[] every(double[] numbers, int remainder) {
			var some = new double[numbers.length / 2];
			for (int i = 0; i < some.length; i++)
				some[i] = numbers[2 * i + remainder];
			return some;
		}

		private static double[] millis(double began, double... times) {
			return Arrays.stream(times).map(time -> (time - began) / 1e3).toArray();
		}

		private void storm(String name) throws IOException {
			double began = now();
			var answers = guests.all("connect");
			var times = millis(began, every(answers, 0));
			collected.spread(fleet, name + ", all at once: ports open", "ms", times);
			collected.less(fleet, name + ", longest wait for a reply", "ms", Arrays.stream(every(answers, 1)).max().orElse(0) / 1e3);
			step(String.format(Locale.ROOT, "%sed, the last after %.0f ms", name, Arrays.stream(times).max().orElse(0)));
		}

		private void idle(Cost before) throws IOException, InterruptedException {
			var cost = Cost.of(vport, settings.choose(10, 2));
			int n = fleet.guests();
			collected.less(fleet, "idle CPU", "%", cost.cpuPercent());
			collected.less(fleet, "RSS", "MiB", cost.resident().all() / 1024.0);
			long shared = cost.resident().guests() - before.resident().guests();
			long all = cost.resident().all() - before.resident().all();
			long heap = cost.resident().heap() - before.resident().heap();
			collected.less(fleet, "RSS per guest", "KiB", (double) all / n);
			collected.less(fleet, "RSS per guest: pages of its own memory", "KiB", (double) shared / n);
			collected.less(fleet, "RSS per guest: pages of the Java heap", "KiB", (double) heap / n);
			collected.less(fleet, "RSS per guest: all else", "KiB", (double) (all - shared - heap) / n);
			collected.less(fleet, "live heap per guest", "KiB", (cost.heap() - before.heap()) / n);
			collected.less(fleet, "kernel slab per guest, with the guest's side", "KiB", (double) (cost.slab() - before.slab()) / n);
			collected.less(fleet, "descriptors per guest", "", (double) (cost.descriptors() - before.descriptors()) / n);
			collected.less(fleet, "descriptors", "", cost.descriptors());
			collected.less(fleet, "threads", "", cost.threads());
			step(String.format(Locale.ROOT, "idle: CPU %.1f %%, %.0f KiB of RSS a guest, descriptors %d", cost.cpuPercent(),
					(double) all / n, cost.descriptors()));
		}

		private void load() throws IOException {
			int seconds = settings.choose(10, 3);
			var quiet = guests.groups("load " + seconds + " idle", 3);
			collected.tails(fleet, "a console's line, nobody busy", "us", quiet.get(2));
			try (var clients = new EchoClients(fleet)) {
				var busy = guests.groups("load " + seconds + " busy", 3);
				var rates = Arrays.stream(busy.get(0)).map(bytes -> bytes / seconds / MILLION).toArray();
				collected.more(fleet, "busy guests", "", clients.count());
				collected.more(fleet, "echo of busy guests together", "MB/s", Arrays.stream(rates).sum());
				collected.more(fleet, "echo of a busy guest, least", "MB/s", Arrays.stream(rates).min().orElse(0));
				collected.more(fleet, "echo of a busy guest, most", "MB/s", Arrays.stream(rates).max().orElse(0));
				collected.more(fleet, "fairness (Jain's index)", "", jain(rates));
				collected.tails(fleet, "round trip of a busy guest", "us", busy.get(1));
				collected.tails(fleet, "a console's line, others busy", "us", busy.get(2));
				step(String.format(Locale.ROOT, "busy=%d: %.0f MB/s, fairness %.3f", rates.length, Arrays.stream(rates).sum(),
						jain(rates)));
			}
		}

		/** 1 if all have the same, 1/n if one has everything. */
		private static double jain(double... rates) {
			double sum = Arrays.stream(rates).sum();
			return sum * sum / (rates.length * Arrays.stream(rates).map(rate -> rate * rate).sum());
		}

		private void hotPlug() throws IOException {
			double unplugged = now();
			collected.spread(fleet, "a port unplugged everywhere: gone", "ms",
					millis(unplugged, guests.await("removed", fleet::unplugLast)));
			double plugged = now();
			var times = millis(plugged, guests.await("added", fleet::plugLast));
			collected.spread(fleet, "a port plugged everywhere: there", "ms", times);
			step(String.format(Locale.ROOT, "a port plugged everywhere, the last after %.0f ms", Arrays.stream(times).max().orElse(0)));
		}

		private void leave(Cost before) throws IOException, InterruptedException {
			double began = now();
			collected.spread(fleet, "disconnect, all at once: done", "ms", millis(began, guests.all("disconnect")));
			var after = Cost.of(vport, settings.choose(5, 2));
			collected.less(fleet, "left behind: descriptors", "", after.descriptors() - before.descriptors());
			collected.less(fleet, "left behind: live heap per guest", "KiB", (after.heap() - before.heap()) / fleet.guests());
			step("left behind: descriptors=" + (after.descriptors() - before.descriptors()));
		}
	}

	/**
	 * What vport costs while nothing happens.
	 *
	 * @param heap KiB of live objects
	 * @param slab KiB of the kernel's, on the whole machine
	 */
	private record Cost(double cpuPercent, Vport.Resident resident, double heap, long slab, int descriptors, int threads) {

		static Cost of(Vport vport, int seconds) throws IOException, InterruptedException {
			Thread.sleep(500); // what went before comes to its end
			double cpu = vport.process().processorMillis() / 1e3;
			Thread.sleep(1000L * seconds);
			double percent = 100 * (vport.process().processorMillis() / 1e3 - cpu) / seconds;
			double heap = vport.liveHeap() / 1024.0;
			return new Cost(percent, vport.resident(), heap, Vport.slab(), vport.process().descriptors(), vport.process().threads());
		}
	}
}
