package bus.shell.command;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A line, so that a list of them prints as lines.
 *
 * @param text without a line feed
 */
public record Line(String text) implements Shown {

	/** As the layout of a {@link Listing}. */
	public static String lines(List<Line> lines) {
		return lines.stream().map(Line::text).collect(Collectors.joining("\n"));
	}

	@Override
	public String table() {
		return text;
	}

	@Override
	public String toString() {
		return text;
	}
}
