package bus.shell.command;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

import bus.api.Spelling;

/** How things are called here. */
public final class Words {
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
}
