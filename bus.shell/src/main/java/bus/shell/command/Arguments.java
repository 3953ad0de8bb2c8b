package bus.shell.command;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import bus.api.Spelling;

/**
 * What was typed after a command's name, once Gogo has taken the options that it knows. Commands take the rest as it is:
 * Gogo's own answer to one word too many names Java's types.
 *
 * @param usage the command as it should be typed
 */
public record Arguments(String usage, List<String> words) {
	private static final Pattern OPTION = Pattern.compile("--?[a-z-]+");

	public static Arguments of(String usage, String... words) {
		for (String word : words)
			if (word.startsWith("-") && word.length() > 1) {
				var known = OPTION.matcher(usage).results().map(found -> found.group()).toList();
				throw new CommandException("unknown option " + word + Spelling.hint(word, known)
						+ (known.isEmpty() ? " usage: " + usage : " options: " + String.join(", ", known)));
			}
		return new Arguments(usage, List.of(words));
	}

	public String only() {
		return exactly(1).getFirst();
	}

	public List<String> exactly(int count) {
		return between(count, count);
	}

	public List<String> atLeast(int count) {
		return between(count, Integer.MAX_VALUE);
	}

	public List<String> between(int least, int most) {
		if (words.size() < least || words.size() > most)
			throw new CommandException((words.size() < least ? "too few words" : "too many words") + "; usage: " + usage);
		return words;
	}

	/** What is left behind the first words, as keys and values. */
	public Map<String, String> pairs(int first) {
		if (words.size() < first)
			throw new CommandException("too few words; usage: " + usage);
		var pairs = new LinkedHashMap<String, String>();
		for (String word : words.subList(first, words.size())) {
			int equals = word.indexOf('=');
			if (equals < 1)
				throw new CommandException(word + " is not key=value; usage: " + usage);
			pairs.put(word.substring(0, equals), word.substring(equals + 1).strip());
		}
		return pairs;
	}

	/** A whole number from an option. */
	public static int number(String option, String value, int least, int most) {
		try {
			int number = Integer.parseInt(value);
			if (number >= least && number <= most)
				return number;
		} catch (NumberFormatException e) {
			// said below, for what is no number and for what is out of range
		}
		throw new CommandException(option + " " + value + "; allowed: " + least + " to " + most);
	}
}
