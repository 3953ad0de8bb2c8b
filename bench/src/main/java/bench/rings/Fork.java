package bench.rings;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

import bench.CProgram;

/**
 * Runs a benchmark class in a JVM like that of {@code ./vport run}, contestants in turn.
 *
 * @param library of {@link Native}
 * @param rounds iterations of each contestant that count
 * @param warmUps iterations of each that do not
 * @param millis of an iteration
 * @param buffers of {@link GarbageBenchmark}
 */
record Fork(Path library, int rounds, int warmUps, int millis, long buffers) {
	/** System property: the options that {@code ./vport run} gives Java. */
	private static final String OPTIONS = "vport.java.options";

	/** The library of {@link Native}, made if need be. */
	static Path library(Path sources, Path into) throws IOException, InterruptedException {
		return CProgram.make(sources.resolve("rings.c"), into.resolve("librings.so"), "-shared", "-fPIC",
				"-fvisibility=hidden", "-pthread");
	}

	/** What one contestant's iterations said. */
	record Answers(List<IterationResult> iterations) {

		double[] samples(ToDoubleFunction<IterationResult> sample) {
			return iterations.stream().mapToDouble(sample).toArray();
		}

		/** The mean of each iteration. */
		double[] scores() {
			return samples(iteration -> iteration.getPrimaryResult().getScore());
		}
	}

	/**
	 * @param arms the benchmark's contestants: iteration i is of number i modulo so many
	 * @return the iterations of each
	 */
	List<Answers> run(Class<?> benchmark, String parameter, String value, int arms) {
		var options = options(benchmark, parameter, value)
				.warmupIterations(arms * warmUps).measurementIterations(arms * rounds)
				.warmupTime(TimeValue.milliseconds(millis)).measurementTime(TimeValue.milliseconds(millis));
		var iterations = start(options).getBenchmarkResults().iterator().next().getIterationResults();
		var answers = new ArrayList<Answers>();
		for (int arm = 0; arm < arms; arm++)
			answers.add(new Answers(every(iterations, arms, arm)));
		return answers;
	}

	/** One call that counts, after one that does not, with what they allocated. */
	IterationResult shot(Class<?> benchmark, String parameter, String value) {
		var options = options(benchmark, parameter, value).warmupIterations(1).measurementIterations(1)
				.addProfiler(GCProfiler.class);
		return start(options).getBenchmarkResults().iterator().next().getIterationResults().iterator().next();
	}

	private ChainedOptionsBuilder options(Class<?> benchmark, String parameter, String value) {
		var flags = new ArrayList<>(List.of(System.getProperty(OPTIONS).strip().split("\\s+")));
		flags.add("-D" + Native.LIBRARY + "=" + library);
		flags.add("-D" + GarbageBenchmark.BUFFERS + "=" + buffers);
		return new OptionsBuilder().include("^" + benchmark.getName().replace(".", "\\.") + "\\.").param(parameter, value).forks(1)
				.jvmArgs(flags.toArray(String[]::new)).verbosity(VerboseMode.SILENT).shouldFailOnError(true);
	}

	private static RunResult start(ChainedOptionsBuilder options) {
		try {
			return new Runner(options.build()).runSingle();
		} catch (RunnerException e) {
			throw new IllegalStateException("the benchmark's JVM failed; its words are above", e);
		}
	}

	private static List<IterationResult> every(Collection<IterationResult> iterations, int step, int from) {
		var all = List.copyOf(iterations);
		var some = new ArrayList<IterationResult>();
		for (int i = from; i < all.size(); i += step)
			some.add(all.get(i));
		return some;
	}
}
