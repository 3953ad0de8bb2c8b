package bench.guest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

import bench.Figure;

/** Takes one sample at a time, each about as long as wanted: how much to move is learnt from the one before. */
final class Sampler {
	private static final double MIB = 1 << 20;
	/** Bytes of all ports, or round trips, of the very first sample. */
	private static final int FIRST_PIECES = 50;
	private static final int MOST_ROUNDS = 100_000;

	private record Which(Scenario scenario, Arm arm) {
	}

	/** What was moved and how long that took from the command to the answer. */
	private record Taken(double amount, long nanos, EnumMap<Quantity, Double> figures) {
	}

	private final GuestConsole console;
	private final long wantedNanos;
	/** Pieces for each port, or round trips. */
	private final Map<Which, Long> pieces = new HashMap<>();

	Sampler(GuestConsole console, long wantedNanos) {
		this.console = console;
		this.wantedNanos = wantedNanos;
	}

	/**
	 * Finds out how much to move, and looks at every byte that the guest reads.
	 *
	 * @param nanos how long at least
	 */
	void warmUp(Scenario scenario, Arm arm, long nanos) throws IOException, InterruptedException {
		long began = System.nanoTime();
		long took;
		do
			took = take(scenario, arm, true).nanos;
		while (took < wantedNanos / 2 || System.nanoTime() - began < nanos);
		take(scenario, arm, false); // it is faster without looking, and the first round wants to know by how much
	}

	/** One sample. */
	Map<Quantity, Double> sample(Scenario scenario, Arm arm) throws IOException, InterruptedException {
		return take(scenario, arm, false).figures;
	}

	/** One sample of nothing but system calls, for counting them disturbs. */
	Map<Quantity, Double> systemCalls(Scenario scenario, Arm arm, SystemCalls.Tool tool, Path folder)
			throws IOException, InterruptedException {
		var counters = new ArrayList<SystemCalls>();
		for (long pid : arm.pids())
			counters.add(new SystemCalls(tool, pid, folder.resolve("system-calls." + counters.size())));
		var taken = take(scenario, arm, false);
		double amount = scenario.pings() ? taken.amount : taken.amount / MIB;
		double all = 0;
		double last = 0;
		for (var counter : counters) {
			last = counter.end() / amount;
			all += last;
		}
		if (scenario.pings())
			return Map.of(Quantity.SYSTEM_CALLS_EACH, all);
		return arm.isBesideItsMachine() ? Map.of(Quantity.SYSTEM_CALLS, all, Quantity.SYSTEM_CALLS_OF_BACK_END, last)
				: Map.of(Quantity.SYSTEM_CALLS, all);
	}

	private Taken take(Scenario scenario, Arm arm, boolean check) throws IOException, InterruptedException {
		var which = new Which(scenario, arm);
		long count = pieces.getOrDefault(which, (long) FIRST_PIECES);
		var all = Cpu.of(arm.pids());
		var backEnd = Cpu.of(arm.backEndPids());
		long began = System.nanoTime();
		var figures = new EnumMap<Quantity, Double>(Quantity.class);
		long interrupts = scenario.pings() ? roundTrips(scenario, arm, count, figures)
				: stream(scenario, arm, count, check, figures);
		long nanos = System.nanoTime() - began;
		all = Cpu.of(arm.pids()).since(all);
		backEnd = Cpu.of(arm.backEndPids()).since(backEnd);
		double amount = scenario.pings() ? count : (double) count * scenario.piece() * scenario.ports();
		addCosts(scenario, arm, figures, amount, all, backEnd, interrupts);
		double more = Math.clamp((double) wantedNanos / nanos, 0.25, 8);
		pieces.put(which, Math.clamp((long) (count * more), 1, scenario.pings() ? MOST_ROUNDS : Long.MAX_VALUE));
		return new Taken(amount, nanos, figures);
	}

	private static void addCosts(Scenario scenario, Arm arm, EnumMap<Quantity, Double> figures, double amount, Cpu all,
			Cpu backEnd, long interrupts) {
		if (scenario.pings()) {
			figures.put(Quantity.CPU_EACH, all.all() / 1e3 / amount);
			figures.put(Quantity.INTERRUPTS_EACH, interrupts / amount);
			return;
		}
		double mib = amount / MIB;
		figures.put(Quantity.CPU, all.all() / 1e6 / mib);
		figures.put(Quantity.INTERRUPTS, interrupts / mib);
		if (arm.machine() != null)
			figures.put(Quantity.CPU_OF_IO, (all.all() - all.vcpu()) / 1e6 / mib);
		if (arm.isBesideItsMachine())
			figures.put(Quantity.CPU_OF_BACK_END, backEnd.all() / 1e6 / mib);
	}

	/** Answers the guest's interrupts. */
	private long stream(Scenario scenario, Arm arm, long count, boolean check, EnumMap<Quantity, Double> figures)
			throws IOException, InterruptedException {
		long bytes = count * scenario.piece();
		Map<String, Long> answer;
		long nanos;
		if (scenario.kind() == Scenario.Kind.GUEST_TO_HOST) {
			console.say("write %s %d %d %d".formatted(arm.prefix(), scenario.ports(), scenario.piece(), bytes));
			nanos = arm.host().read(scenario.ports(), bytes);
			answer = console.answer();
			// the last byte is read after it was written, and of little all may have come before the first is read
			nanos = Math.max(nanos, answer.get("ns"));
		} else {
			console.say("read %s %d %d %d".formatted(arm.prefix(), scenario.ports(), bytes, check ? 1 : 0));
			arm.host().write(scenario.ports(), scenario.piece(), bytes);
			answer = console.answer();
			nanos = answer.get("ns");
		}
		figures.put(Quantity.THROUGHPUT, answer.get("bytes") * 1e3 / Math.max(1, nanos));
		return answer.get("interrupts");
	}

	private long roundTrips(Scenario scenario, Arm arm, long count, EnumMap<Quantity, Double> figures)
			throws IOException, InterruptedException {
		boolean byGuest = scenario.kind() == Scenario.Kind.GUEST_PINGS;
		int rounds = (int) count;
		console.say("%s %s %d %d".formatted(byGuest ? "ping" : "echo", arm.prefix(), scenario.piece(), rounds));
		double[] times = null;
		if (byGuest)
			arm.host().echo(scenario.piece(), rounds);
		else
			times = arm.host().ping(scenario.piece(), rounds);
		var answer = console.answer();
		figures.put(Quantity.P50, byGuest ? answer.get("p50") / 1e3 : Figure.quantile(times, 0.5) / 1e3);
		figures.put(Quantity.P99, byGuest ? answer.get("p99") / 1e3 : Figure.quantile(times, 0.99) / 1e3);
		figures.put(Quantity.P999, byGuest ? answer.get("p999") / 1e3 : Figure.quantile(times, 0.999) / 1e3);
		return answer.get("interrupts");
	}
}
