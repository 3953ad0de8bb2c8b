package bus.shell;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import bus.api.BusInfo;
import bus.api.PortInfo;
import bus.api.SerialBusRuntime;
import bus.shell.command.CommandException;
import bus.shell.command.Words;

/** Finds what the user named, or says what there is. */
record Ports(SerialBusRuntime runtime) {

	/**
	 * @param label a port's label; with its type before it, as in its configuration file ({@code socket-x}), if two ports
	 *        have the same
	 */
	PortInfo port(String label) {
		var all = runtime.ports();
		var found = all.stream().filter(p -> p.label().equals(label) || typed(p).equals(label)).toList();
		if (found.size() > 1)
			throw new CommandException(
					"several ports are called " + label + ": " + Words.list(found.stream().map(Ports::typed).toList()));
		if (found.isEmpty())
			throw Words.unknown("port", label, "ports", List.copyOf(called(all).keySet()));
		return found.getFirst();
	}

	BusInfo bus(String name) {
		var all = runtime.buses();
		return all.stream().filter(b -> b.name().equals(name)).findFirst()
				.orElseThrow(() -> Words.unknown("bus", name, "buses", all.stream().map(BusInfo::name).toList()));
	}

	/** The ports that are named among ports and buses; whoever is neither is not there. */
	List<PortInfo> named(List<String> words) {
		var buses = buses();
		return words.stream().filter(word -> !buses.contains(word)).map(this::port).toList();
	}

	/** All ports by what they are called: the label if that is enough. */
	Map<String, PortInfo> byLabel() {
		return called(runtime.ports());
	}

	private static Map<String, PortInfo> called(List<PortInfo> all) {
		var counts = all.stream().collect(Collectors.groupingBy(PortInfo::label, Collectors.counting()));
		var called = new LinkedHashMap<String, PortInfo>();
		all.forEach(port -> called.put(counts.get(port.label()) == 1 ? port.label() : typed(port), port));
		return called;
	}

	List<String> buses() {
		return runtime.buses().stream().map(BusInfo::name).toList();
	}

	/** A port or bus, or several of them; every port if none is named. */
	boolean isNamed(PortInfo port, String... names) {
		return names.length == 0
				|| Stream.of(names).anyMatch(n -> n.equals(port.bus()) || n.equals(port.label()) || n.equals(typed(port)));
	}

	static String typed(PortInfo port) {
		return port.type() + "-" + port.label();
	}
}
