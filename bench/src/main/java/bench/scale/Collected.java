package bench.scale;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import bench.Figure;
import bench.Figure.Better;
import bench.Results;

/** Samples, until they are figures. */
final class Collected {
	private record Quantity(String scenario, String name, String unit, Better better) {
	}

	private final Map<Quantity, List<Double>> samples = new LinkedHashMap<>();

	void less(Fleet fleet, String quantity, String unit, double value) {
		add(fleet, quantity, unit, Better.LESS, value);
	}

	void more(Fleet fleet, String quantity, String unit, double value) {
		add(fleet, quantity, unit, Better.MORE, value);
	}

	private void add(Fleet fleet, String quantity, String unit, Better better, double value) {
		samples.computeIfAbsent(new Quantity(fleet.name(), quantity, unit, better), it -> new ArrayList<>()).add(value);
	}

	/** The first, the one in the middle and the last of many. */
	void spread(Fleet fleet, String quantity, String unit, double... values) {
		less(fleet, quantity + ", first", unit, Figure.quantile(values, 0));
		less(fleet, quantity + ", median", unit, Figure.quantile(values, 0.5));
		less(fleet, quantity + ", last", unit, Figure.quantile(values, 1));
	}

	/** Nothing if there was time for none. */
	void tails(Fleet fleet, String quantity, String unit, double... values) {
		if (values.length == 0)
			return;
		less(fleet, quantity + " p50", unit, Figure.quantile(values, 0.5));
		less(fleet, quantity + " p99", unit, Figure.quantile(values, 0.99));
		less(fleet, quantity + " p99.9", unit, Figure.quantile(values, 0.999));
	}

	void give(String suite, Results results) throws IOException {
		for (var entry : samples.entrySet()) {
			var it = entry.getKey();
			results.add(new Figure(suite, it.scenario, "vport", it.name, it.unit, it.better,
					entry.getValue().stream().mapToDouble(Double::doubleValue).toArray()));
		}
	}
}
