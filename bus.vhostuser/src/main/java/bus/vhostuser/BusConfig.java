package bus.vhostuser;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import bus.api.ConfigurationFile;
import bus.core.console.DeviceSettings;
import bus.core.console.DeviceSettings.ResizeOrder;
import bus.core.virtio.Feature;
import bus.vhostuser.loop.Polling;

/**
 * A checked configuration of a bus.
 *
 * @param name the part of the PID after the tilde
 * @param source the file it came from, for messages; the PID if there is none
 * @param vm the virtual machine that it is a bus of; names of ports are unique in it
 * @param socket where to listen; null for the bus of the {@link Rehearsal}, which listens nowhere
 * @param mode permissions of the socket file
 * @param ownLoop whether the bus gets a thread of its own
 * @param polling how long its thread looks before it sleeps
 */
record BusConfig(String name, String source, String vm, Path socket, int mode, boolean ownLoop,
		Polling polling, DeviceSettings device) {
	static final int DEFAULT_PORTS = 31;
	static final int MAX_PORTS = 127;

	private static final List<String> KEYS = List.of("socket", "ports", "vm", "mode", "loop", "packed", "event_idx",
			"indirect_desc", "in_order", "resize", "name_nul", "poll_us", "poll_budget");
	private static final Set<String> FOREIGN_PREFIXES = Set.of("service.", "felix.", "component.", "osgi.", ".");

	/**
	 * @throws IllegalArgumentException if a key is missing, unknown or out of range; the message is one line that names
	 *         file, key and what is allowed
	 */
	static BusConfig of(Map<String, ?> properties) {
		String pid = String.valueOf(properties.get("service.pid"));
		String name = pid.substring(pid.indexOf('~') + 1);
		String source = ConfigurationFile.name(properties, pid);
		for (String key : new TreeSet<>(properties.keySet()))
			if (!KEYS.contains(key) && FOREIGN_PREFIXES.stream().noneMatch(key::startsWith))
				throw bad(source, "unknown key " + key, String.join(", ", KEYS));
		return new BusConfig(name, source, vm(name, properties.get("vm")), socket(source, properties.get("socket")),
				mode(source, properties.get("mode")), choice(source, "loop", properties, "shared", "own") == 1,
				polling(source, properties), device(source, properties));
	}

	private static Polling polling(String source, Map<String, ?> properties) {
		return new Polling(within(source, "poll_us", properties, Polling.OFF.micros(), 0, Polling.MOST_MICROS),
				within(source, "poll_budget", properties, Polling.OFF.budget(), 1, 100));
	}

	private static DeviceSettings device(String source, Map<String, ?> properties) {
		long rings = (isOn(source, "packed", properties, false) ? Feature.RING_PACKED : 0)
				| (isOn(source, "event_idx", properties, true) ? Feature.EVENT_IDX : 0)
				| (isOn(source, "indirect_desc", properties, true) ? Feature.INDIRECT_DESC : 0)
				| (isOn(source, "in_order", properties, false) ? Feature.IN_ORDER : 0);
		var order = ResizeOrder.values()[choice(source, "resize", properties, "spec", "legacy", "off")];
		return new DeviceSettings(ports(source, properties.get("ports")), rings, order,
				isOn(source, "name_nul", properties, false));
	}

	private static String vm(String name, Object value) {
		return value == null || value.toString().isBlank() ? name : value.toString().strip();
	}

	/** QEMU's words, and those that people type for them. */
	private static boolean isOn(String source, String key, Map<String, ?> properties, boolean byDefault) {
		var value = properties.get(key);
		return switch (value == null ? "" : value.toString().strip()) {
			case "" -> byDefault;
			case "on", "true" -> true;
			case "off", "false" -> false;
			default -> throw bad(source, key + "=" + value, "on, off");
		};
	}

	/** The place among {@code allowed} of what was chosen; the first is the default. */
	private static int choice(String source, String key, Map<String, ?> properties, String... allowed) {
		var value = properties.get(key);
		int chosen = value == null ? 0 : List.of(allowed).indexOf(value.toString().strip());
		if (chosen < 0)
			throw bad(source, key + "=" + value, String.join(", ", allowed));
		return chosen;
	}

	private static Path socket(String source, Object value) {
		if (value == null || value.toString().isBlank())
			throw bad(source, "socket is missing", "the PATH of the UNIX socket to listen on");
		return Path.of(value.toString().strip());
	}

	private static int ports(String source, Object value) {
		if (value == null)
			return DEFAULT_PORTS;
		int ports = number(source, "ports", value, 10, "1 to " + MAX_PORTS);
		if (ports == 0)
			throw bad(source, "ports=0: Maximum number of serial ports not specified", "1 to " + MAX_PORTS);
		if (ports < 0 || ports > MAX_PORTS)
			throw bad(source, "ports=" + ports + ": maximum ports supported: " + MAX_PORTS, "1 to " + MAX_PORTS);
		return ports;
	}

	private static int mode(String source, Object value) {
		String allowed = "octal permissions such as 0600 or 0660";
		int mode = value == null ? 0600 : number(source, "mode", value, 8, allowed);
		if (mode < 0 || mode > 0777)
			throw bad(source, "mode=" + value, allowed);
		return mode;
	}

	private static int within(String source, String key, Map<String, ?> properties, int byDefault, int least, int most) {
		var value = properties.get(key);
		if (value == null)
			return byDefault;
		String allowed = least + " to " + most;
		int number = number(source, key, value, 10, allowed);
		if (number < least || number > most)
			throw bad(source, key + "=" + number, allowed);
		return number;
	}

	private static int number(String source, String key, Object value, int radix, String allowed) {
		try {
			return Integer.parseInt(value.toString().strip(), radix);
		} catch (NumberFormatException e) {
			throw bad(source, key + "=" + value, allowed);
		}
	}

	private static IllegalArgumentException bad(String source, String what, String allowed) {
		return new IllegalArgumentException(source + ": " + what + "; allowed: " + allowed);
	}
}
