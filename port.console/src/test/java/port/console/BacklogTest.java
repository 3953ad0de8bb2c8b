package port.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

class BacklogTest {
	private final Backlog backlog = new Backlog(8);
	private final StringBuilder read = new StringBuilder();

	@Test
	void s63_bytes_fit_comeOutInOrder() {
		add("abc");
		add("de");
		read(100);
		assertEquals("abcde", read.toString());
		assertTrue(backlog.isEmpty());
	}

	@Test
	void ring_wrapsMidWay_orderKept() {
		for (int i = 0; i < 10; i++) {
			add("abcde");
			read(100);
		}
		assertEquals("abcde".repeat(10), read.toString());
	}

	@Test
	void s63_bytes_tooMany_oldestLostAndMarked() {
		assertEquals(0, add("abcdef"));
		assertEquals(4, add("ghijkl"));
		read(100);
		assertEquals("\r\n[vport: 4 bytes lost]\r\nefghijkl", read.toString());
	}

	@Test
	void s63_oneWrite_largerThanTheRing_itsEndKept() {
		assertEquals(0, add("x"));
		assertEquals(3, add("0123456789"));
		read(100);
		assertEquals("\r\n[vport: 3 bytes lost]\r\n23456789", read.toString());
	}

	@Test
	void s63_readerTakesNothing_lossGrows_oneMarkWithTheSum() {
		add("abcdefghij");
		read(0);
		add("kl");
		read(0);
		assertFalse(backlog.isEmpty());
		read(100);
		assertEquals("\r\n[vport: 4 bytes lost]\r\nefghijkl", read.toString());
	}

	@Test
	void s63_markHalfRead_moreLost_markEndedThenAnother() {
		add("abcdefghij");
		read(5);
		add("kl");
		read(100);
		assertEquals("\r\n[vport: 2 bytes lost]\r\n\r\n[vport: 2 bytes lost]\r\nefghijkl", read.toString());
	}

	private int add(String text) {
		return backlog.add(StandardCharsets.US_ASCII.encode(text));
	}

	private void read(int limit) {
		int[] left = { limit };
		backlog.drain(bytes -> {
			int taken = Math.min(left[0], bytes.remaining());
			left[0] -= taken;
			read.append(StandardCharsets.US_ASCII.decode(bytes.limit(bytes.position() + taken)));
			return taken;
		});
	}

	@Test
	void keyboard_full_takesNoMore() {
		var keyboard = new Keyboard();
		assertEquals(4096, keyboard.put(ByteBuffer.allocate(5000)));
		assertEquals(0, keyboard.put(ByteBuffer.allocate(1)));
		assertEquals(100, keyboard.take(ByteBuffer.allocate(100)));
		assertEquals(100, keyboard.put(ByteBuffer.allocate(200)));
	}
}
