package bus.shell.command;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Columns as wide as they need be; those of a list are narrowed until a line fits an 80-column terminal. */
public final class Table {
	private static final int LINE = 80;
	private static final int NARROWEST = 4;
	private static final String NOTE = "    ";

	private final List<List<String>> rows = new ArrayList<>();
	private final boolean narrowed;

	/** A list, a row for each of several. */
	public Table(String... titles) {
		this(true, titles);
	}

	private Table(boolean narrowed, String... titles) {
		this.narrowed = narrowed;
		rows.add(List.of(titles));
	}

	/** All about one thing, a row for each key. Nothing is cut: whoever asks for all wants to copy the path. */
	public static Table ofOne(String key, String value) {
		return new Table(false, key, value);
	}

	public void row(Object... cells) {
		rows.add(Arrays.stream(cells).map(String::valueOf).toList());
	}

	/** A line of its own below the last row; nothing if empty. Not cut: it says what to do. */
	public void note(String text) {
		if (!text.isEmpty())
			rows.add(List.of(text));
	}

	@Override
	public String toString() {
		int[] widths = widths();
		var lines = new ArrayList<String>();
		for (var row : rows)
			lines.add(row.size() == 1 ? NOTE + row.getFirst() : line(row, widths));
		return String.join("\n", lines);
	}

	private int[] widths() {
		int[] widths = new int[rows.getFirst().size()];
		for (var row : rows)
			if (row.size() > 1)
				for (int i = 0; i < widths.length; i++)
					widths[i] = Math.max(widths[i], row.get(i).length());
		while (narrowed && Arrays.stream(widths).sum() + 2 * (widths.length - 1) > LINE) {
			int widest = 0;
			for (int i = 1; i < widths.length; i++)
				widest = widths[i] > widths[widest] ? i : widest;
			if (widths[widest] <= NARROWEST)
				break;
			widths[widest]--;
		}
		return widths;
	}

	private static String line(List<String> row, int[] widths) {
		var line = new StringBuilder();
		for (int i = 0; i < widths.length; i++) {
			String cell = row.get(i);
			line.append(cell.length() <= widths[i] ? cell : cell.substring(0, widths[i] - 1) + "~");
			line.append(" ".repeat(Math.max(0, widths[i] - cell.length()) + 2));
		}
		return line.toString().stripTrailing();
	}
}
