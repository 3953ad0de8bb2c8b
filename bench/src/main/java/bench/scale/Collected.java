package bench.scale;

import java.io.IOException;

import bench.Figure;
import bench.Figure.Better;
import bench.Results;

/**
 * What is seen of a fleet, a figure of one sample each.
 *
 * @param results takes each at once, so that a run that fails half-way leaves what it has seen
 */
record Collected(Results results) {

	void less(Fleet fleet, String quantity, String unit, double value) throws IOException {
		add(fleet, quantity, unit, Better.LESS, value);
	}

	void more(Fleet fleet, String quantity, String unit, double value) throws IOException {
		add(fleet, quantity, unit, Better.MORE, value);
	}

	private void add(Fleet fleet, String quantity, String unit, Better better, double value) throws IOException {
		results.add(new Figure(ScaleSuite.NAME, fleet.name(), "vport", quantity, unit, better, new double[] { value }));
	}

	/** The first, the one in the middle and the last of many. */
	void spread(Fleet fleet, String quantity, String unit, double... values) throws IOException {
		less(fleet, quantity + ", first", unit, Figure.quantile(values, 0));
		less(fleet, quantity + ", median", unit, Figure.quantile(values, 0.5));
		less(fleet, quantity + ", last", unit, Figure.quantile(values, 1));
	}

	/** Nothing if there was time for none. */
	void tails(Fleet fleet, String quantity, String unit, double... values) throws IOException {
		if (values.length == 0)
			return;
		less(fleet, quantity + " p50", unit, Figure.quantile(values, 0.5));
		less(fleet, quantity + " p99", unit, Figure.quantile(values, 0.99));
		less(fleet, quantity + " p99.9", unit, Figure.quantile(values, 0.999));
	}
}
