package bus.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.MetaTypeService;

import bus.api.PortInfo;
import bus.api.SerialBusRuntime;
import bus.shell.command.Completer;

/** What TAB offers for the vport commands. */
@Component(service = Completer.class, property = "osgi.command.scope=vport")
public final class Candidates implements Completer {
	private final Ports ports;
	private final Kinds kinds;

	@Activate
	public Candidates(BundleContext context, @Reference SerialBusRuntime runtime,
			@Reference ServiceComponentRuntime components, @Reference MetaTypeService metatype) {
		this.ports = new Ports(runtime);
		this.kinds = new Kinds(context, components, metatype);
	}

	@Override
	public List<Class<?>> commands() {
		return List.of(LookCommands.class, ConfigureCommands.class, HyphenatedCommands.class, HostSideCommands.class,
				AttachCommand.class, StatCommand.class, TraceCommand.class, LogCommand.class);
	}

	@Override
	public List<Word> at(List<String> words, int place) {
		String command = words.getFirst().substring(words.getFirst().indexOf(':') + 1);
		return switch (command) {
			case "show", "remove", "open", "close" -> place == 1 ? labels() : List.of();
			case "attach" -> labels(PortInfo::console); // the value of an option may stand before it
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
