package port.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

import org.junit.jupiter.api.Test;

class ReaderTest {
	private static final String END = "\r\n[vport: end of what was said before]\r\n";

	private Ring ring = new Ring(8);
	private Reader reader = new Reader(ring, 0);

	@Test
	void s63_bytes_fit_comeOutInOrder() {
		say("abc");
		say("de");
		assertEquals("abcde", read(100));
		assertEquals("", read(100));
	}

	@Test
	void ring_wrapsMidWay_orderKept() {
		for (int i = 0; i < 10; i++) {
			say("abcde");
			assertEquals("abcde", read(100));
		}
	}

	@Test
	void s63_bytes_tooMany_oldestLostAndMarked() {
		say("abcdef");
		say("ghijkl");
		assertEquals("\r\n[vport: 4 bytes lost]\r\nefghijkl", read(100));
		assertEquals(4, reader.lost());
	}

	@Test
	void s63_oneWrite_largerThanTheRing_itsEndKept() {
		say("x");
		say("0123456789");
		assertEquals("\r\n[vport: 3 bytes lost]\r\n23456789", read(100));
	}

	@Test
	void s63_readerTakesNothing_lossGrows_oneMarkWithTheSum() {
		for (int i = 0; i < 5; i++) {
			say("0123456789");
			assertEquals("", read(0));
		}
		assertEquals("\r\n[vport: 42 bytes lost]\r\n23456789", read(100));
	}

	@Test
	void s63_markHalfRead_moreLost_markEndedThenAnother() {
		say("0123456789");
		assertEquals("\r\n[vpo", read(6));
		say("abcdefgh");
		assertEquals("rt: 2 bytes lost]\r\n\r\n[vport: 8 bytes lost]\r\nabcdefgh", read(100));
	}

	@Test
	void notice_comesWhereItWasSaid() {
		say("ab");
		reader.tell("hello");
		say("cd");
		assertEquals("ab\r\n[vport: hello]\r\ncd", read(100));
	}

	@Test
	void replay_marksBeforeAndBehind_thenGoesOn() {
		say("abcdefghij");
		reader = new Reader(ring, ring.end());
		reader.replay(4);
		say("k");
		assertEquals("\r\n[vport: the last 4 bytes that were said before]\r\nghij" + END + "k", read(200));
		reader.replay(0);
		assertEquals("", read(200));
	}

	@Test
	void replay_ofMoreThanThereIs_allOfIt_andOfNothing_noMarks() {
		reader.replay(100);
		assertEquals("", read(100));
		say("abc");
		reader.replay(100);
		assertEquals("\r\n[vport: the last 3 bytes that were said before]\r\nabc" + END, read(200));
	}

	@Test
	void notices_moreThanAnybodyReads_theOldestForgotten() {
		for (int i = 0; i < 100; i++)
			reader.tell("n" + i);
		String all = read(10_000);
		assertEquals(16, all.lines().filter(line -> line.startsWith("[vport: n")).count(), all);
	}

	@Test
	void readers_ofEveryPace_eachHasAllOrAMarkThatCountsTheRest() {
		long seed = Long.getLong("vport.seed", System.nanoTime());
		System.out.println("vport.seed=" + seed);
		var random = new Random(seed);
		for (int round = 0; round < 200; round++) {
			ring = new Ring(1 + random.nextInt(64));
			reader = new Reader(ring, 0);
			var seen = new StringBuilder();
			int said = 0;
			for (int i = 0; i < 100; i++) {
				int count = random.nextInt(20);
				var text = new StringBuilder();
				for (int k = 0; k < count; k++)
					text.append((char) ('a' + said++ % 26));
				say(text.toString());
				seen.append(read(random.nextInt(30)));
			}
			seen.append(read(100_000));
			assertEquals(said, place(seen.toString(), said));
		}
	}

	/** Follows the letters and the marks; answers where they lead to. */
	private static int place(String seen, int said) {
		int place = 0;
		for (String part : seen.split("\r\n")) {
			if (part.startsWith("[vport: ")) {
				place += Integer.parseInt(part.split(" ")[1]);
				continue;
			}
			for (char letter : part.toCharArray())
				assertEquals((char) ('a' + place++ % 26), letter, "at " + place + " of " + said + " in " + seen);
		}
		return place;
	}

	@Test
	void reader_savedInTheMidstOfAMark_goesOnAtTheByte() throws Exception {
		say("0123456789");
		reader.tell("hello");
		assertEquals("\r\n[vpo", read(6));
		var bytes = new ByteArrayOutputStream();
		var to = new DataOutputStream(bytes);
		ring.save(to);
		reader.save(to);
		var from = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
		ring = new Ring(100);
		reader = new Reader(ring, 0);
		ring.restore(from);
		reader.restore(from);
		say("ab");
		assertEquals("rt: 2 bytes lost]\r\n23456789\r\n[vport: hello]\r\nab", read(100));
		assertEquals(2, ring.start(), "what is older another ring had");
	}

	private void say(String text) {
		ring.add(StandardCharsets.US_ASCII.encode(text));
	}

	private String read(int most) {
		var into = ByteBuffer.allocate(most);
		reader.read(into);
		return StandardCharsets.US_ASCII.decode(into.flip()).toString();
	}
}
