package bus.itest;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the scenarios run on: Linux in a machine, or the driver of guest.driver, which is the other opinion. */
enum GuestKind {
	/** No kernel, no process: its programs are threads of the test. */
	DRIVER("", GuestKind.MOST_PORTS, List.of(), Map.of()),
	DRIVER_PACKED("", GuestKind.MOST_PORTS, List.of("packed=on"), Map.of()),
	UML("uml", GuestKind.UML_PORTS, List.of(), Map.of(Ability.EMERGENCY_WRITE, GuestKind.NO_PCI)),
	UML_PACKED("uml", GuestKind.UML_PORTS, List.of("packed=on"),
			Map.of(Ability.EMERGENCY_WRITE, GuestKind.NO_PCI)),
	QEMU("qemu", GuestKind.MOST_PORTS, List.of(), Map.of()),
	QEMU_PACKED("qemu", GuestKind.MOST_PORTS, List.of("packed=on"), Map.of());

	/** Of vhost-user. */
	private static final int MOST_PORTS = 127;
	/** Its driver of vhost-user refuses a device that has more than 64 queues. */
	private static final int UML_PORTS = 31;
	private static final String NO_PCI = "without PCI no program reaches the device's configuration space";

	/** What not every guest can do. */
	enum Ability {
		EMERGENCY_WRITE
	}

	private final String script;
	private final int mostPorts;
	private final List<String> busKeys;
	private final Map<Ability, String> cannot;

	/**
	 * @param script in cnf/guest, which boots it; empty if it is no Linux
	 * @param busKeys what its bus is configured with besides socket and ports
	 * @param cannot what it cannot do, and why
	 */
	GuestKind(String script, int mostPorts, List<String> busKeys, Map<Ability, String> cannot) {
		this.script = script;
		this.mostPorts = mostPorts;
		this.busKeys = busKeys;
		this.cannot = cannot;
	}

	boolean isLinux() {
		return !script.isEmpty();
	}

	String script() {
		return script;
	}

	int mostPorts() {
		return mostPorts;
	}

	List<String> busKeys() {
		return busKeys;
	}

	Map<Ability, String> cannot() {
		return cannot;
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}
}
