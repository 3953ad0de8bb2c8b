package bus.shell;

import java.util.List;
import java.util.stream.Stream;

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
			throw new CommandException(
					"several ports are called " + label + ": " + Words.list(found.stream().map(Ports::typed).toList()));
		if (found.isEmpty())
			throw Words.unknown("port", label, "ports", labels(all));
		return found.getFirst();
	}

	BusInfo bus(String name) {
		var all = runtime.buses();
		return all.stream().filter(b -> b.name().equals(name)).findFirst()
				.orElseThrow(() -> Words.unknown("bus", name, "buses", all.stream().map(BusInfo::name).toList()));
	}

	/** What each port is called: by its label if that is enough. */
	List<String> labels() {
		return labels(runtime.ports());
	}

	private static List<String> labels(List<PortInfo> all) {
		return all.stream().map(port -> alone(port, all) ? port.label() : typed(port)).toList();
	}

	private static boolean alone(PortInfo port, List<PortInfo> all) {
		return all.stream().filter(other -> other.label().equals(port.label())).count() == 1;
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
