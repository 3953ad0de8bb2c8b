package bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FigureTest {

	private static final Run RUN = new Run("2026-01-01T00:00Z", "abc", "a processor", 2, "Linux", "Java", 0.5);

	private static Figure figure(String arm, double... samples) {
		return new Figure("rings", "64 B", arm, "throughput", "MB/s", Figure.Better.MORE, samples);
	}

	@Test
	void quantile_betweenTwoSamples_isInProportion() {
		assertEquals(2.5, figure("C", 4, 1, 3, 2).median());
		assertEquals(7, figure("C", 7).median());
		assertEquals(1.5, Figure.quantile(new double[] {3, 1, 2}, 0.25));
		assertEquals(3, Figure.quantile(new double[] {3, 1, 2}, 1));
	}

	@Test
	void ratio_roundsOfAnUnsteadyMachine_isTheMedianOfTheRoundsRatios() {
		assertEquals(0.5, figure("vport", 1, 50, 5).ratioTo(figure("C", 2, 100, 5)));
	}

	@Test
	void ratio_unequalRounds_isRefused() {
		assertThrows(IllegalArgumentException.class, () -> figure("vport", 1, 2).ratioTo(figure("C", 2)));
	}

	@Test
	void figure_withoutASample_isRefused() {
		assertThrows(IllegalArgumentException.class, () -> figure("vport"));
	}

	@Test
	void results_readAgain_areWhatWasAdded(@TempDir Path folder) throws IOException {
		var file = folder.resolve("rings.jsonl");
		var results = new Results(file, RUN);
		results.add(figure("vport", 1.25, 3));
		results.add(figure("C", 2));

		var read = Results.read(file);

		assertEquals(RUN, read.run());
		assertEquals(2, read.figures().size());
		assertEquals("vport", read.figures().get(0).arm());
		assertArrayEquals(new double[] {1.25, 3}, read.figures().get(0).samples());
		assertEquals(Figure.Better.MORE, read.figures().get(1).better());
	}

	@Test
	void results_whatNoSuiteWrote_isRefused(@TempDir Path folder) throws IOException {
		var file = folder.resolve("rings.jsonl");
		for (var text : List.of("", "{\"suite\":1\n", "{}\n{}\n"))
			assertThrows(IOException.class, () -> Results.read(Files.writeString(file, text)), text);
	}

	@Test
	void table_withABaseline_showsTheRatio() {
		var figures = List.of(figure("C", 10, 10), figure("vport", 9, 9));
		assertTrue(Table.text(figures, Bench.BASELINES).contains("  0.90 of C\n"));
		assertTrue(Table.markdown(figures, Bench.BASELINES).contains("| 64 B | vport | 9.00 MB/s | ±0 % | 0.90 |\n"));
	}

	@Test
	void plot_bars_placesEachContestantBesideTheOthers() {
		var plot = new Plot("x", "a \"b\"", "throughput", "size", Plot.Form.BARS, Plot.points("64", "64 B", "4k", "4 KiB"));
		var script = plot.script(List.of(figure("C", 10, 10), figure("vport", 9, 9)), Path.of("x.svg"));
		assertTrue(script.contains("set title \"a \\\"b\\\"\""), script);
		assertTrue(script.contains("-0.2000 10.0000 10.0000 10.0000\n"), script);
		assertTrue(script.contains("0.2000 9.00000 9.00000 9.00000\n"), script);
	}
}
