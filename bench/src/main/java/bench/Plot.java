package bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A picture of one quantity: an SVG, drawn by gnuplot. Each contestant's median, and the middle half of its samples as a
 * bar across it.
 *
 * @param file its name, without .svg
 * @param title what one sees
 * @param quantity the figures' quantity
 * @param axis what stands along the bottom
 * @param form how it is drawn
 * @param points the label of each place along the bottom, a number if the form wants one, and its scenario
 */
public record Plot(String file, String title, String quantity, String axis, Form form,
		LinkedHashMap<String, String> points) {

	/** Groups of bars, also from 1 up by powers of ten; or lines over numbers, also with both axes by powers. */
	public enum Form {
		BARS, LOG_BARS, LINES, LOG_LINES;

		boolean isBars() {
			return this == BARS || this == LOG_BARS;
		}
	}

	/** The contestants' colours, so that each has the same one in all pictures; others take the rest in turn. */
	private static final Map<String, String> COLOURS = Map.of("vport", "#0b7a75", "QEMU", "#d1603d", "C", "#7a869a",
			"memcpy", "#c9b458");
	private static final List<String> OTHERS = List.of("#0b7a75", "#d1603d", "#7a869a", "#c9b458", "#6b4c9a", "#2f2f2f");

	/** Points in their order: label, scenario, label, scenario... */
	public static LinkedHashMap<String, String> points(String... labelsAndScenarios) {
		var points = new LinkedHashMap<String, String>();
		for (int i = 0; i < labelsAndScenarios.length; i += 2)
			points.put(labelsAndScenarios[i], labelsAndScenarios[i + 1]);
		return points;
	}

	/** Points whose scenarios differ by their labels only. */
	public static LinkedHashMap<String, String> points(List<String> labels, Function<String, String> scenario) {
		var points = new LinkedHashMap<String, String>();
		labels.forEach(label -> points.put(label, scenario.apply(label)));
		return points;
	}

	/**
	 * Draws it, unless none of its figures is there.
	 *
	 * @return the file, if there is one now
	 * @throws IOException if gnuplot is not there or fails
	 */
	Optional<Path> draw(List<Figure> figures, Path folder) throws IOException, InterruptedException {
		var mine = figures.stream().filter(figure -> figure.quantity().equals(quantity)
				&& points.containsValue(figure.scenario())).toList();
		if (mine.isEmpty())
			return Optional.empty();
		var target = folder.resolve(file + ".svg");
		gnuplot(script(mine, target));
		return Optional.of(target);
	}

	/** What gnuplot is given. */
	String script(List<Figure> mine, Path target) {
		var arms = mine.stream().map(Figure::arm).distinct().toList();
		var script = new StringBuilder(String.format(Locale.ROOT, """
				set terminal svg size 760,400 font "sans-serif,13" background "#ffffff"
				set output "%s"
				set title "%s"
				set xlabel "%s"
				set ylabel "%s, %s"
				set key outside top center horizontal samplen 1.2
				set border 3 lc rgb "#555555"
				set tics nomirror
				set grid ytics lc rgb "#dddddd"
				""", target, quote(title), quote(axis), quote(quantity), quote(mine.getFirst().unit())));
		script.append(switch (form) {
			case BARS -> "set yrange [0:*]\n";
			case LOG_BARS -> "set logscale y\nset yrange [*:*]\n";
			case LINES -> "set yrange [0:*]\nset xrange [0:*]\n";
			case LOG_LINES -> "set logscale xy\n";
		});
		if (form.isBars())
			script.append("set style fill solid 1\nset boxwidth ").append(0.8 / arms.size()).append("\nset xrange [-0.6:")
					.append(points.size() - 0.4).append("]\nset xtics (").append(ticks()).append(")\n");
		for (int arm = 0; arm < arms.size(); arm++)
			script.append("$arm").append(arm).append(" << END\n").append(data(mine, arms, arm)).append("END\n");
		script.append("plot ");
		for (int arm = 0; arm < arms.size(); arm++)
			script.append(arm > 0 ? ", " : "").append(series(arms.get(arm), arm));
		return script.append('\n').toString();
	}

	private String ticks() {
		var ticks = new StringBuilder();
		int at = 0;
		for (var label : points.keySet())
			ticks.append(at > 0 ? ", " : "").append('"').append(quote(label)).append("\" ").append(at++);
		return ticks.toString();
	}

	/** Lines of place, median, and the quartiles. */
	private String data(List<Figure> mine, List<String> arms, int arm) {
		var data = new StringBuilder();
		int at = 0;
		for (var point : points.entrySet()) {
			double place = form.isBars() ? at++ + (arm - (arms.size() - 1) / 2.0) * 0.8 / arms.size()
					: Double.parseDouble(point.getKey());
			for (var figure : mine)
				if (figure.arm().equals(arms.get(arm)) && figure.scenario().equals(point.getValue()))
					data.append(String.format(Locale.ROOT, "%.4f %g %g %g%n", place, figure.median(),
							Figure.quantile(figure.samples(), 0.25), Figure.quantile(figure.samples(), 0.75)));
		}
		return data.toString();
	}

	private String series(String arm, int number) {
		var colour = COLOURS.getOrDefault(arm, OTHERS.get(number % OTHERS.size()));
		var name = "$arm" + number;
		var drawn = form.isBars() ? "boxes" : "linespoints lw 2 pt 7 ps 0.6";
		return name + " using 1:2 with " + drawn + " lc rgb \"" + colour + "\" title \"" + quote(arm) + "\", " + name
				+ " using 1:3:(0):($4-$3) with vectors nohead lw 1.5 lc rgb \"#333333\" notitle";
	}

	private static String quote(String text) {
		return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("_", "\\\\_");
	}

	private static void gnuplot(String script) throws IOException, InterruptedException {
		Process gnuplot;
		try {
			gnuplot = new ProcessBuilder("gnuplot").redirectErrorStream(true).start();
		} catch (IOException e) {
			throw new IOException("gnuplot draws the pictures and is not installed (Debian, Ubuntu: sudo apt install "
					+ "gnuplot-nox; Fedora: sudo dnf install gnuplot-minimal)", e);
		}
		try (var input = gnuplot.outputWriter(StandardCharsets.UTF_8)) {
			input.write(script);
		}
		var said = new String(gnuplot.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (gnuplot.waitFor() != 0)
			throw new IOException("gnuplot: " + said.strip());
	}
}
