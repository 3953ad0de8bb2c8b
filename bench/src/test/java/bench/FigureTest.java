package bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FigureTest {

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
		var results = new Results(file);
		results.add(figure("vport", 1.25, 3));
		results.add(figure("C", 2));

		var read = Results.read(file);

		assertEquals(2, read.size());
		assertEquals("vport", read.get(0).arm());
		assertArrayEquals(new double[] {1.25, 3}, read.get(0).samples());
		assertEquals(Figure.Better.MORE, read.get(1).better());
	}

	@Test
	void results_lineThatIsNone_isNamed(@TempDir Path folder) throws IOException {
		var file = Files.writeString(folder.resolve("rings.jsonl"), "{\"suite\":1\n");
		assertThrows(IOException.class, () -> Results.read(file));
	}

	@Test
	void table_withABaseline_showsTheRatio() {
		var text = Table.of(java.util.List.of(figure("C", 10, 10), figure("vport", 9, 9)), Bench.BASELINES);
		assertEquals("0.90 of C", text.lines().filter(line -> line.contains("vport")).findFirst().orElseThrow()
				.replaceAll(".*  +(\\d.* of C)$", "$1"));
	}
}
