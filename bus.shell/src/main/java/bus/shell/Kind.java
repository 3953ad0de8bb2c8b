package bus.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import bus.shell.command.Listing;
import bus.shell.command.Shown;
import bus.shell.command.Words;

/**
 * A kind of port, or of bus, and the keys of its files.
 *
 * @param type what the user calls it
 * @param pid what its files begin with
 */
public record Kind(String type, String pid, String description, Listing<Option> options) implements Shown {
	private static final int WIDTH = 80;

	/**
	 * A key.
	 *
	 * @param form {@code text} or {@code number}
	 * @param byDefault the value without the key; empty if it has none
	 * @param allowed in words
	 * @param values all that is allowed, if that is a few words; otherwise empty
	 */
	public record Option(String key, String form, boolean required, String byDefault, String allowed,
			List<String> values) implements Shown {

		@Override
		public String table() {
			return key + "=" + byDefault;
		}

		@Override
		public String line() {
			return table();
		}

		private String preset() {
			return required ? "required" : byDefault.isEmpty() ? "-" : byDefault;
		}
	}

	List<String> keys() {
		return options.stream().map(Option::key).toList();
	}

	@Override
	public String table() {
		var lines = new ArrayList<String>();
		lines.add(Words.wrapped(type + "  ", description, WIDTH));
		int keys = options.stream().mapToInt(option -> option.key.length()).max().orElse(0);
		int presets = options.stream().mapToInt(option -> option.preset().length()).max().orElse(0);
		for (var option : options) {
			var head = String.format("    %-" + keys + "s  %-6s  %-" + presets + "s  ", option.key, option.form,
					option.preset());
			lines.add(Words.wrapped(head, option.allowed + values(option), WIDTH));
		}
		return String.join("\n", lines);
	}

	static Listing<Option> options(List<Option> options) {
		return new Listing<>(options, all -> String.join("\n", all.stream().map(Option::table).toList()));
	}

	private static String values(Option option) {
		return option.values.isEmpty() ? "" : " (" + String.join(", ", option.values) + ")";
	}

	static String table(List<Kind> kinds) {
		return kinds.stream().map(Kind::table).collect(Collectors.joining("\n"));
	}

	@Override
	public String line() {
		return type + " " + options.stream().map(Option::line).collect(Collectors.joining(" "));
	}
}
