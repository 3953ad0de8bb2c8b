package port.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;

class RingTest {
	private final Ring ring = new Ring(5);

	private int put(String text) {
		return ring.put(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
	}

	private String take() {
		var text = new StringBuilder();
		while (!ring.isEmpty()) {
			var piece = ring.oldest();
			int length = piece.remaining();
			text.append(StandardCharsets.UTF_8.decode(piece));
			ring.drop(length);
		}
		return text.toString();
	}

	@Test
	void bytes_acrossTheEnd_comeInOrder() {
		for (int i = 0; i < 20; i++) {
			assertEquals(0, put("abc"));
			assertEquals(2, ring.free());
			assertEquals(0, put("de"));
			assertEquals("abcde", take());
			assertEquals(0, put("x"));
			assertEquals("x", take());
		}
	}

	@Test
	void tooMany_theOldestGo() {
		put("abc");
		ring.drop(1);
		assertEquals(1, put("defg"));
		assertEquals("cdefg", take());
	}

	@Test
	void moreThanItHolds_theLastStay() {
		put("ab");
		assertEquals(5, put("cdefghij"));
		assertEquals("fghij", take());
	}
}
