package bus.shell;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The text of a {@code .cfg} file: lines of {@code key=value}, which people edit too. */
final class CfgText {
	private static final Pattern KEY = Pattern.compile("\\s*([^\\s#!=:][^\\s=:]*)\\s*(?:[=:]|\\s|$).*");

	private CfgText() {
	}

	/** What File Install makes of a text. */
	static Map<String, String> values(String text) {
		var parsed = new Properties();
		try {
			parsed.load(new StringReader(text));
		} catch (IOException e) {
			throw new UncheckedIOException(e); // a string does not fail
		}
		var values = new LinkedHashMap<String, String>();
		parsed.stringPropertyNames().stream().sorted().forEach(key -> values.put(key, parsed.getProperty(key)));
		return values;
	}

	/**
	 * The text with some keys set otherwise, each where it was, new ones at the end. Comments and all other lines stay.
	 *
	 * @param changes an empty value takes the key out
	 */
	static String changed(String text, Map<String, String> changes) {
		var rest = new LinkedHashMap<>(changes);
		var kept = new ArrayList<String>();
		for (String entry : entries(text)) {
			Matcher key = KEY.matcher(entry.lines().findFirst().orElse(""));
			if (!key.matches() || !changes.containsKey(key.group(1))) {
				kept.add(entry);
				continue;
			}
			String value = rest.remove(key.group(1)); // given twice: the file's last one counted, now there is one
			if (value != null && !value.isEmpty())
				kept.add(line(key.group(1), value));
		}
		rest.forEach((key, value) -> {
			if (!value.isEmpty())
				kept.add(line(key, value));
		});
		return kept.isEmpty() ? "" : String.join("\n", kept) + "\n";
	}

	/** Lines; one that ends in a backslash together with the next. */
	private static List<String> entries(String text) {
		var entries = new ArrayList<String>();
		boolean goesOn = false;
		for (String line : text.lines().toList()) {
			if (goesOn)
				entries.set(entries.size() - 1, entries.getLast() + "\n" + line);
			else
				entries.add(line);
			boolean comment = !goesOn && line.stripLeading().matches("[#!].*");
			goesOn = !comment && line.length() % 2 != line.replaceFirst("\\\\+$", "").length() % 2;
		}
		return entries;
	}

	/** Beyond ASCII as \\u: File Install reads ISO 8859-1 unless it is told otherwise. */
	private static String line(String key, String value) {
		var line = new StringBuilder(key).append('=');
		for (char c : value.toCharArray())
			if (c == '\\')
				line.append("\\\\");
			else if (c < ' ' || c > '~')
				line.append(String.format("\\u%04x", (int) c));
			else
				line.append(c);
		return line.toString();
	}
}
