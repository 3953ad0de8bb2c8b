package bus.shell.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TableTest {
	private static final String LONG = "/a".repeat(60);

	@Test
	void list_widerThanATerminal_widestColumnCut() {
		var table = new Table("NAME", "PATH");
		table.row("x", LONG);
		var lines = table.toString().lines().toList();
		assertEquals("NAME  PATH", lines.getFirst());
		assertEquals(80, lines.getLast().length());
		assertTrue(lines.getLast().startsWith("x     /a/a") && lines.getLast().endsWith("~"), lines.getLast());
	}

	@Test
	void one_widerThanATerminal_whole() {
		var table = Table.ofOne("name", "x");
		table.row("path", LONG);
		assertEquals("name  x\npath  " + LONG, table.toString());
	}

	@Test
	void note_longerThanATerminal_whole_belowItsRow() {
		var table = new Table("NAME", "PATH");
		table.row("x", "y");
		table.note(LONG);
		table.note("");
		assertEquals("NAME  PATH\nx     y\n    " + LONG, table.toString());
	}
}
