package bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Figures as people look at them: a line per scenario and quantity, a column per contestant, ratios to the baselines. */
final class Table {
	private record Row(String scenario, String quantity, String unit) {
	}

	private Table() {
	}

	/**
	 * @param baselines contestants that others are compared with, as far as a line has them
	 */
	static String of(List<Figure> figures, List<String> baselines) {
		var rows = new LinkedHashMap<Row, Map<String, Figure>>();
		for (var figure : figures)
			rows.computeIfAbsent(new Row(figure.scenario(), figure.quantity(), figure.unit()),
					row -> new LinkedHashMap<>()).put(figure.arm(), figure);
		var text = new StringBuilder();
		rows.forEach((row, arms) -> {
			text.append(String.format(Locale.ROOT, "%s: %s, %s%n", row.scenario, row.quantity, row.unit));
			arms.values().forEach(figure -> text.append(line(figure, arms, baselines)));
		});
		return text.toString();
	}

	private static String line(Figure figure, Map<String, Figure> arms, List<String> baselines) {
		var line = new StringBuilder(String.format(Locale.ROOT, "    %-14s %12s  ±%2.0f %%", figure.arm(),
				number(figure.median()), 50 * figure.spread()));
		for (var name : baselines) {
			var baseline = arms.get(name);
			if (baseline != null && baseline != figure && baseline.samples().length == figure.samples().length
					&& Double.isFinite(figure.ratioTo(baseline))) // of nothing, nothing is a part
				line.append(String.format(Locale.ROOT, "  %5.2f of %s", figure.ratioTo(baseline), name));
		}
		return line.append(System.lineSeparator()).toString();
	}

	/** Three digits that count. */
	static String number(double value) {
		double size = Math.abs(value);
		int decimals = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
		return String.format(Locale.ROOT, "%." + decimals + "f", value);
	}
}
