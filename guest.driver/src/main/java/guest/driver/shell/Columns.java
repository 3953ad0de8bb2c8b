package guest.driver.shell;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A table for a terminal of 80 columns; if need be its widest column is cut. */
final class Columns {
	private static final int LINE = 80;
	private static final String GAP = "  ";

	private final List<Object> lines = new ArrayList<>();
	private final int[] widths;

	Columns(String... titles) {
		widths = new int[titles.length];
		row((Object[]) titles);
	}

	void row(Object... cells) {
		var row = Arrays.stream(cells).map(String::valueOf).toList();
		for (int i = 0; i < widths.length; i++)
			widths[i] = Math.max(widths[i], row.get(i).length());
		lines.add(row);
	}

	/** Below the last row, not cut. */
	void note(String text) {
		lines.add("    " + text);
	}

	@Override
	public String toString() {
		int excess = Arrays.stream(widths).sum() + GAP.length() * (widths.length - 1) - LINE;
		int widest = 0;
		for (int i = 1; i < widths.length; i++)
			widest = widths[i] > widths[widest] ? i : widest;
		var text = new ArrayList<String>();
		for (var line : lines)
			text.add(line instanceof List<?> row ? line(row, widest, widths[widest] - Math.max(0, excess))
					: line.toString());
		return String.join("\n", text);
	}

	private String line(List<?> row, int cut, int room) {
		var line = new StringBuilder();
		for (int i = 0; i < widths.length; i++) {
			var cell = row.get(i).toString();
			int width = i == cut ? room : widths[i];
			line.append(cell.length() <= width ? cell + " ".repeat(width - cell.length())
					: cell.substring(0, width - 1) + "~").append(GAP);
		}
		return line.toString().stripTrailing();
	}
}
