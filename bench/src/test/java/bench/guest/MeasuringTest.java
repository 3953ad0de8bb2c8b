package bench.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class MeasuringTest {

	@Test
	void order_ofNineRounds_hasEachAtEachPlaceAsOften() {
		var arms = List.of("QEMU", "vport", "C");
		for (int place = 0; place < 3; place++) {
			int here = place;
			for (var arm : arms)
				assertEquals(3, IntStream.range(0, 9).filter(round -> Rounds.order(arms, round).get(here).equals(arm))
						.count(), arm);
		}
	}

	@Test
	void pictures_show_whatIsMeasured() {
		var places = List.of(GuestSuite.QEMU, GuestSuite.UML);
		var scenarios = Scenario.all().stream().flatMap(scenario -> places.stream().map(place -> place + ": " + scenario))
				.toList();
		var words = Arrays.stream(Quantity.values()).map(quantity -> quantity.words).toList();
		for (var plot : Pictures.all()) {
			assertTrue(scenarios.containsAll(plot.points().values()), plot.toString());
			assertTrue(words.contains(plot.quantity()), plot.toString());
		}
	}

	@Test
	void cpu_ofAThreadThatWorks_isCounted() throws IOException {
		long self = ProcessHandle.current().pid();
		var before = Cpu.of(self);
		long sum = 0;
		for (long until = System.nanoTime() + 50_000_000; System.nanoTime() < until;)
			sum += until;
		assertNotEquals(0, sum);
		assertTrue(Cpu.of(self).since(before).all() > 1_000_000);
	}

	@Test
	void cpu_ofAProcessWithoutVirtualProcessors_hasNoneOfTheirs() throws IOException {
		assertEquals(0, Cpu.of(ProcessHandle.current().pid()).vcpu());
	}

	@Test
	void pattern_movedByAPageOrAPort_differs() {
		assertNotEquals(Pattern.of(0, 0, 64), Pattern.of(0, 4096, 64));
		assertNotEquals(Pattern.of(0, 0, 64), Pattern.of(1, 0, 64));
	}

	@Test
	void pattern_isTheGuestProgramsToo() {
		// computed by cnf/guest/programs/portbench.c's rule in another language
		var bytes = Pattern.of(0, 0, 4);
		assertEquals(List.of(216, 85, 7, 72), IntStream.range(0, 4).mapToObj(i -> bytes.get(i) & 0xff).toList());
	}
}
