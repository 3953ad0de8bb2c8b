package bus.vhostuser;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A checked configuration of a bus.
 *
 * @param name the part of the PID after the tilde
 * @param source the file it came from, for messages; the PID if there is none
 * @param socket where to listen
 * @param ports 1 to 127
 * @param mode permissions of the socket file
 * @param ownLoop whether the bus gets a thread of its own
 */
record BusConfig(String name, String source, Path socket, int ports, int mode, boolean ownLoop) {
	static final int DEFAULT_PORTS = 31;
	static final int MAX_PORTS = 127;

	private static final Set<String> KEYS = Set.of("socket", "ports", "mode", "loop");
	private static final Set<String> FOREIGN_PREFIXES = Set.of("service.", "felix.", "component.", "osgi.", ".");

	/**
	 * @throws IllegalArgumentException if a key is missing, unknown or out of range; the message is one line that names
	 *         file, key and what is allowed
	 */
	static BusConfig of(Map<String, ?> properties) {
		String pid = String.valueOf(properties.get("service.pid"));
		String name = pid.substring(pid.indexOf('~') + 1);
		var file = properties.get("felix.fileinstall.filename");
		String source = file == null ? pid : Path.of(URI.create(file.toString()).getPath()).getFileName().toString();
		for (String key : new TreeSet<>(properties.keySet()))
			if (!KEYS.contains(key) && FOREIGN_PREFIXES.stream().noneMatch(key::startsWith))
				throw bad(source, "unknown key " + key, "socket, ports, mode, loop");
		return new BusConfig(name, source, socket(source, properties.get("socket")),
				ports(source, properties.get("ports")), mode(source, properties.get("mode")),
				ownLoop(source, properties.get("loop")));
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

	private static boolean ownLoop(String source, Object value) {
		return switch (value == null ? "shared" : value.toString().strip()) {
			case "shared" -> false;
			case "own" -> true;
			default -> throw bad(source, "loop=" + value, "shared, own");
		};
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
