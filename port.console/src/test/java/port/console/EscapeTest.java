package port.console;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;

class EscapeTest {

	@Test
	void sequences_asWritten_understood() {
		assertArrayEquals(new byte[] { 5, 'c' }, Escape.parse("escape", "^Ec"));
		assertArrayEquals(new byte[] { 5, 'c' }, Escape.parse("escape", "^ec"));
		assertArrayEquals(new byte[] { 0x1d }, Escape.parse("escape", "^]"));
		assertArrayEquals(new byte[] { 1, 4 }, Escape.parse("escape", "^A^D"));
	}

	@Test
	void sequences_thatWouldSwallowText_refused() {
		for (String text : List.of("", "c", "ab", "^Ecd", "^", "\u00e9", "c^E")) {
			var refusal = assertThrows(IllegalArgumentException.class, () -> Escape.parse("escape", text), text);
			assertEquals("escape=" + text + "; allowed: off, or a control key such as ^], or one and another key such as"
					+ " ^Ec", refusal.getMessage());
		}
	}

	@Test
	void keys_withCommands_takenOut() {
		assertEquals("ab|f|c|.|", typed(new byte[] { 5, 'c' }, "ab\005cfc\005c."));
		assertEquals("ab|f|", typed(new byte[] { 0x1d }, "ab\035f"));
		assertEquals("\035", typed(new byte[] { 0x1d }, "\035\035"));
	}

	@Test
	void halfOfASequence_isKeys() {
		assertEquals("\005xy", typed(new byte[] { 5, 'c' }, "\005xy"));
		assertEquals("\005|f|", typed(new byte[] { 5, 'c' }, "\005\005cf"));
		assertEquals("\005c", typed(new byte[] { 5, 'c' }, "\005c\005"));
	}

	@Test
	void noSequence_allIsKeys() {
		assertEquals("\005cf\035.", typed(new byte[0], "\005cf\035."));
	}

	@Test
	void sequence_changedWhileHalfTyped_beginsAnew() {
		var keys = ByteBuffer.allocate(10);
		var escape = new Escape(new byte[] { 0x1d }).matched(2);
		assertEquals(Escape.NONE, escape.next((byte) 'x', keys));
		assertEquals(1, keys.position());
	}

	/** Commands between bars. */
	private static String typed(byte[] sequence, String text) {
		var escape = new Escape(sequence);
		var keys = ByteBuffer.allocate(100);
		for (byte key : text.getBytes(StandardCharsets.US_ASCII)) {
			int command = escape.next(key, keys);
			if (command != Escape.NONE)
				keys.put((byte) '|').put((byte) command).put((byte) '|');
		}
		return StandardCharsets.US_ASCII.decode(keys.flip()).toString();
	}
}
