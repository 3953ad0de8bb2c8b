package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Makes, of the figures in a folder, the pictures and tables that docs/performance.md shows. Nothing is measured. */
final class Report {
	private Report() {
	}

	static void write(List<Suite> suites, Path folder) throws IOException, InterruptedException {
		for (var suite : suites) {
			var file = folder.resolve(suite.name() + ".jsonl");
			if (!Files.exists(file)) {
				System.out.println("vport: " + suite.name() + ": not measured; ./vport bench " + suite.name());
				continue;
			}
			var read = Results.read(file);
			var page = folder.resolve(suite.name() + ".md");
			Files.writeString(page, page(suite, read));
			System.out.println("vport: " + page);
			for (var plot : suite.plots())
				plot.draw(read.figures(), folder).ifPresent(drawn -> System.out.println("vport: " + drawn));
		}
	}

	private static String page(Suite suite, Results.Read read) {
		return """
				# Figures of `./vport bench %s`

				%s. Measured %s. Written by `./vport bench report`; what it means is in [performance](../performance.md).

				Medians; ± is half of the middle half of the samples, in per cent: the noise. A ratio is the median of the
				ratios of neighbouring rounds.

				%s""".formatted(suite.name(), capital(suite.about()), read.run().text(),
				Table.markdown(read.figures(), Bench.BASELINES));
	}

	private static String capital(String text) {
		return Character.toUpperCase(text.charAt(0)) + text.substring(1);
	}
}
