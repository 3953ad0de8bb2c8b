package bench;

import java.util.Arrays;

/**
 * One quantity of one contestant in one scenario, with all its samples. Sample i of every contestant of a scenario was taken
 * in the same round, right beside the others.
 *
 * @param suite the suite's name
 * @param scenario what was done, for instance {@code "host to guest, 4 KiB, 1 port"}
 * @param arm who did it: {@code "vport"}, {@code "C"}, {@code "QEMU"}, {@code "memcpy"}, or another word of the suite's
 * @param quantity what was measured, for instance {@code "throughput"} or {@code "round trip p99"}
 * @param unit its unit, for instance {@code "MB/s"} or {@code "us"}
 * @param better which is better, more or less
 * @param samples one per round, at least one
 */
public record Figure(String suite, String scenario, String arm, String quantity, String unit, Better better,
		double[] samples) {

	/** The direction of a quantity. */
	public enum Better {
		MORE, LESS
	}

	public Figure {
		if (samples.length == 0)
			throw new IllegalArgumentException("samples=0 of " + scenario + ", " + arm + ", " + quantity);
		samples = samples.clone();
	}

	@Override
	public double[] samples() {
		return samples.clone();
	}

	/** The sample in the middle. */
	public double median() {
		return quantile(samples, 0.5);
	}

	/** The middle half of the samples, as a part of the median: what noise there was. */
	public double spread() {
		double span = quantile(samples, 0.75) - quantile(samples, 0.25);
		return span == 0 ? 0 : span / median();
	}

	/**
	 * How many times as much this is as the baseline: the median of the rounds' ratios, which is steadier than the ratio of
	 * the medians because both of a round met the same machine.
	 *
	 * @throws IllegalArgumentException if the two have not the same number of rounds
	 */
	public double ratioTo(Figure baseline) {
		if (baseline.samples.length != samples.length)
			throw new IllegalArgumentException("samples=" + samples.length + " of " + arm + " against samples="
					+ baseline.samples.length + " of " + baseline.arm + " in " + scenario);
		var ratios = new double[samples.length];
		for (int i = 0; i < ratios.length; i++)
			ratios[i] = samples[i] / baseline.samples[i];
		return quantile(ratios, 0.5);
	}

	/**
	 * A quantile of some numbers, between two of them in proportion.
	 *
	 * @param part 0 for the least, 1 for the largest
	 */
	public static double quantile(double[] numbers, double part) {
		var sorted = numbers.clone();
		Arrays.sort(sorted);
		double at = part * (sorted.length - 1);
		int below = (int) at;
		return below + 1 == sorted.length ? sorted[below]
				: sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
	}
}
