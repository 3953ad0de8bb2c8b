package bus.whiteboard;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

import bus.api.PortRequest;
import bus.api.SerialBus;

/**
 * What a port's service properties ask for.
 *
 * @param source what messages about the port begin with: the name of its configuration file, or its label
 * @param bus the bus that it names; empty if none
 * @param request what to ask of that bus
 * @param problem why the port must not be activated; empty if it may be
 */
record Plan(String source, String bus, PortRequest request, String problem) {

	static final String FILE = "felix.fileinstall.filename";

	private static final int MAX_ID = 126;
	private static final String ID_ALLOWED = "; allowed: a port number, 0 to " + MAX_ID;

	static Plan of(Map<String, Object> properties) {
		String label = label(properties);
		String bus = text(properties, SerialBus.BUS);
		String problem = bus.isEmpty() ? "bus is missing; allowed: NAME of the bus to plug into" : "";
		int id = PortRequest.ANY_ID;
		try {
			id = id(properties.get("id"));
		} catch (NumberFormatException e) {
			problem = "id=" + properties.get("id") + ID_ALLOWED;
		}
		boolean console = Boolean.parseBoolean(text(properties, "console"));
		var request = new PortRequest(label, type(properties), text(properties, "name"), id, console);
		return new Plan(source(properties, label), bus, request, problem);
	}

	Plan refused(String why) {
		return new Plan(source, bus, request, why);
	}

	/** FileInstall turns {@code port.socket-x.cfg} into the PID {@code port.socket~x}. */
	private static String label(Map<String, Object> properties) {
		String pid = text(properties, "service.pid");
		if (!pid.isEmpty())
			return pid.substring(pid.indexOf('~') + 1);
		String component = simpleName(properties);
		return component.isEmpty() ? "service-" + text(properties, "service.id") : component;
	}

	private static String type(Map<String, Object> properties) {
		String type = text(properties, "port.type");
		if (!type.isEmpty())
			return type;
		String component = simpleName(properties);
		return component.isEmpty() ? "port" : component;
	}

	private static String simpleName(Map<String, Object> properties) {
		String component = text(properties, "component.name");
		return component.substring(component.lastIndexOf('.') + 1);
	}

	private static String source(Map<String, Object> properties, String label) {
		String file = text(properties, FILE);
		if (file.isEmpty())
			return label;
		try {
			return Path.of(URI.create(file)).getFileName().toString();
		} catch (IllegalArgumentException e) {
			return file; // not a file: URI, which is FileInstall's affair; still the best name there is
		}
	}

	/** Values from .cfg files are strings; those of .config files and of components may be numbers. */
	private static int id(Object value) {
		if (value == null || value.equals(""))
			return PortRequest.ANY_ID;
		int id = Integer.parseInt(value.toString().strip());
		if (id < PortRequest.ANY_ID)
			throw new NumberFormatException();
		return id;
	}

	private static String text(Map<String, Object> properties, String key) {
		Object value = properties.get(key);
		return value == null ? "" : value.toString().strip();
	}
}
