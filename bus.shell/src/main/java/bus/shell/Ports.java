package bus.shell;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

import bus.api.BusInfo;
import bus.api.PortInfo;
import bus.api.SerialBusRuntime;

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
			throw new CommandException("several ports are called " + label + ": " + names(found, Ports::typed));
		if (found.isEmpty())
			throw new CommandException("no port " + label + "; ports: " + names(all, PortInfo::label));
		return found.getFirst();
	}

	BusInfo bus(String name) {
		var all = runtime.buses();
		return all.stream().filter(b -> b.name().equals(name)).findFirst().orElseThrow(
				() -> new CommandException("no bus " + name + "; buses: " + names(all, BusInfo::name)));
	}

	private static String typed(PortInfo port) {
		return port.type() + "-" + port.label();
	}

	private static <T> String names(List<T> things, Function<T, String> name) {
		return things.isEmpty() ? "none" : things.stream().map(name).distinct().collect(Collectors.joining(", "));
	}
}
