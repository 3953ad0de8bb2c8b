package bus.shell.command;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

import bus.api.Spelling;

/** How things are called here. */
public final class Words {
	private static final double STEP = 1000;
	private static final String[] UNITS = { "", "k", "M", "G", "T" };

	private Words() {
	}

	public static String of(Enum<?> state) {
		return state.name().toLowerCase(Locale.ROOT).replace('_', ' ');
	}

	public static String list(Collection<String> words) {
		return words.isEmpty() ? "none" : words.stream().distinct().collect(Collectors.joining(", "));
	}

	/** Somebody named what is not there. */
	public static CommandException unknown(String what, String word, String known, Collection<String> words) {
		return new CommandException(
				"no " + what + " " + word + Spelling.hint(word, words) + " " + known + ": " + list(words));
	}

	/** Two columns of text, the second in several lines where 80 columns are too few. */
	public static String wrapped(String first, String text, int width) {
		var lines = new StringBuilder(first);
		int column = first.length();
		for (String word : text.split(" ")) {
			boolean begins = column == first.length();
			if (!begins && column + 1 + word.length() > width) {
				lines.append('\n').append(" ".repeat(first.length()));
				column = first.length();
				begins = true;
			}
			lines.append(begins ? "" : " ").append(word);
			column += word.length() + (begins ? 0 : 1);
		}
		return lines.toString();
	}

	/** Three or four digits and the unit, as {@code 12.3M}. */
	public static String scaled(long bytes) {
		double value = bytes;
		int unit = 0;
		for (; value >= STEP && unit < UNITS.length - 1; unit++)
			value /= STEP;
		return unit == 0 ? Long.toString(bytes)
				: String.format(Locale.ROOT, value < 10 ? "%.2f%s" : "%.1f%s", value, UNITS[unit]);
	}
}
