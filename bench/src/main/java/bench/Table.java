package bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Figures as people read them: per scenario and quantity the contestants, with their ratios to the baselines. */
final class Table {
	private record Row(String scenario, String quantity, String unit) {
	}

	private Table() {
	}

	/**
	 * For a terminal.
	 *
	 * @param baselines contestants that others are compared with, as far as they took part
	 */
	static String text(List<Figure> figures, List<String> baselines) {
		var text = new StringBuilder();
		rows(figures).forEach((row, arms) -> {
			text.append(row.scenario).append(": ").append(row.quantity).append(", ").append(row.unit).append('\n');
			for (var figure : arms.values()) {
				text.append(String.format(Locale.ROOT, "    %-20s %12s  ±%2.0f %%", figure.arm(), number(figure.median()),
						50 * figure.spread()));
				for (var name : baselines)
					if (isCompared(figure, arms.get(name)))
						text.append(String.format(Locale.ROOT, "  %5.2f of %s", figure.ratioTo(arms.get(name)), name));
				text.append('\n');
			}
		});
		return text.toString();
	}

	/** For a page: a table per quantity. */
	static String markdown(List<Figure> figures, List<String> baselines) {
		var present = baselines.stream().filter(name -> figures.stream().anyMatch(one -> one.arm().equals(name))).toList();
		var text = new StringBuilder();
		for (var quantity : figures.stream().map(Figure::quantity).distinct().toList()) {
			text.append("## ").append(quantity).append("\n\n| Scenario | Who | Median | |");
			present.forEach(name -> text.append(" Of ").append(name).append(" |"));
			text.append("\n|---|---|---|---|").append("---|".repeat(present.size())).append('\n');
			rows(figures.stream().filter(one -> one.quantity().equals(quantity)).toList())
					.forEach((row, arms) -> arms.values().forEach(figure -> text.append(line(row, figure, arms, present))));
			text.append('\n');
		}
		return text.toString().stripTrailing() + "\n";
	}

	private static String line(Row row, Figure figure, Map<String, Figure> arms, List<String> present) {
		var line = new StringBuilder(String.format(Locale.ROOT, "| %s | %s | %s %s | ±%.0f %% |", row.scenario, figure.arm(),
				number(figure.median()), figure.unit(), 50 * figure.spread()));
		for (var name : present)
			line.append(isCompared(figure, arms.get(name))
					? String.format(Locale.ROOT, " %.2f |", figure.ratioTo(arms.get(name)))
					: " |");
		return line.append('\n').toString();
	}

	private static Map<Row, Map<String, Figure>> rows(List<Figure> figures) {
		var rows = new LinkedHashMap<Row, Map<String, Figure>>();
		for (var figure : figures)
			rows.computeIfAbsent(new Row(figure.scenario(), figure.quantity(), figure.unit()),
					row -> new LinkedHashMap<>()).put(figure.arm(), figure);
		return rows;
	}

	private static boolean isCompared(Figure figure, Figure baseline) {
		return baseline != null && baseline != figure && baseline.samples().length == figure.samples().length
				&& Double.isFinite(figure.ratioTo(baseline)); // of nothing, nothing is a part
	}

	/** Three digits that count. */
	static String number(double value) {
		double size = Math.abs(value);
		int decimals = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
		return String.format(Locale.ROOT, "%." + decimals + "f", value);
	}
}
