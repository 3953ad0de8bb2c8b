package bus.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

import bus.api.PortInfo;

/** What may stand at a place of a command line, from what there is at this moment. */
record Candidates(Ports ports, Kinds kinds) {

	/**
	 * A word.
	 *
	 * @param about what to show beside it
	 * @param whole whether a space follows; not so behind {@code key=}
	 */
	record Word(String text, String about, boolean whole) {
	}

	/**
	 * @param words the command line, the command first, without its options
	 * @param place of the word in question; 1 is the first behind the command
	 */
	List<Word> at(List<String> words, int place) {
		String command = words.getFirst().substring(words.getFirst().indexOf(':') + 1);
		return switch (command) {
			case "show", "remove", "open", "close" -> place == 1 ? labels() : List.of();
			case "attach" -> place == 1 ? labels(PortInfo::console) : List.of();
			case "list", "stat", "trace" -> Stream.concat(labels().stream(), buses().stream()).toList();
			case "buses" -> buses();
			case "qemu", "remove-bus" -> place == 1 ? buses() : List.of();
			case "types" -> types(kinds.all());
			case "add" -> switch (place) {
				case 1 -> types(kinds.ports());
				case 2 -> buses();
				case 3 -> List.of();
				default -> pairs(kinds.port(words.get(1)), words, place);
			};
			case "set" -> place == 1 ? labels() : pairs(kinds.port(ports.port(words.get(1)).type()), words, place);
			case "add-bus" -> place == 1 ? List.of() : pairs(kinds.bus(), words, place);
			default -> List.of();
		};
	}

	private List<Word> labels() {
		return labels(port -> true);
	}

	private List<Word> labels(Predicate<PortInfo> which) {
		return ports.byLabel().entrySet().stream().filter(port -> which.test(port.getValue()))
				.map(port -> new Word(port.getKey(), about(port.getValue()), true)).toList();
	}

	private static String about(PortInfo port) {
		return port.type() + " on " + port.bus();
	}

	private List<Word> buses() {
		return ports.buses().stream().map(bus -> new Word(bus, "bus", true)).toList();
	}

	private static List<Word> types(List<Kind> kinds) {
		return kinds.stream().map(kind -> new Word(kind.type(), kind.description(), true)).toList();
	}

	private List<Word> pairs(Kind kind, List<String> words, int place) {
		String begun = place < words.size() ? words.get(place) : "";
		int equals = begun.indexOf('=');
		if (equals > 0)
			return values(kind, begun.substring(0, equals));
		boolean busGiven = words.getFirst().endsWith("add");
		var pairs = new ArrayList<Word>();
		for (var option : kind.options())
			if (!(busGiven && option.key().equals("bus"))
					&& words.stream().noneMatch(it -> it.startsWith(option.key() + "=")))
				pairs.add(new Word(option.key() + "=", option.allowed(), false));
		return pairs;
	}

	private List<Word> values(Kind kind, String key) {
		var values = key.equals("bus") ? ports.buses()
				: kind.options().stream().filter(option -> option.key().equals(key))
						.flatMap(option -> option.values().stream()).toList();
		return values.stream().map(value -> new Word(key + "=" + value, "", true)).toList();
	}
}
