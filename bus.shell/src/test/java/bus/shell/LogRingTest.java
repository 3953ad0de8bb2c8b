package bus.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.logging.Level;
import java.util.logging.LogRecord;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LogRingTest {
	private final LogRing ring = new LogRing();

	@AfterEach
	void stop() {
		ring.stop();
	}

	private void log(String text) {
		ring.publish(new LogRecord(Level.WARNING, text));
	}

	@Test
	void lines_afterAMark_inOrder() {
		log("before");
		long mark = ring.mark();
		log("one");
		log("two");
		var lines = ring.since(mark).stream().filter(line -> line.startsWith("WARNING")).toList();
		assertTrue(lines.get(0).endsWith("one") && lines.get(1).endsWith("two"), lines.toString());
		assertEquals(0, ring.after(ring.mark()).lines().size());
	}

	@Test
	void lines_beyondTheCapacity_theLastAreKept() {
		for (int i = 0; i < 3 * LogRing.CAPACITY; i++)
			log("line " + i);
		var all = ring.since(0);
		assertEquals(LogRing.CAPACITY, all.size());
		assertTrue(all.getLast().endsWith("line " + (3 * LogRing.CAPACITY - 1)), all.getLast());
	}
}
