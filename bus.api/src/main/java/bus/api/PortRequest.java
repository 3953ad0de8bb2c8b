package bus.api;

import java.util.Map;
import java.util.Objects;

/**
 * What is asked of a bus when a port is plugged.
 *
 * @param label what the operator calls the port: the part after the hyphen of its configuration file
 * @param type the port type, for listings
 * @param name the name that the guest sees, unique on the virtual machine; empty for none
 * @param id the wanted port number, or {@link #ANY_ID}
 * @param console whether the guest is to use it as a console
 */
public record PortRequest(String label, String type, String name, int id, boolean console) {

	/** Let the bus choose: 0 for a console if it is free, otherwise the lowest free number from 1 up. */
	public static final int ANY_ID = -1;

	private static final int MAX_ID = 126;

	public PortRequest {
		Objects.requireNonNull(label, "label");
		Objects.requireNonNull(type, "type");
		Objects.requireNonNull(name, "name");
	}

	/**
	 * Reads the request from the properties of a port's service, by which a {@link HostPort} and an {@link Attachable} of
	 * the same port ask for the same.
	 *
	 * @param properties {@code name}, {@code id} and {@code console} as they are; {@code port.type}, or else the
	 *        component's name, is the type; {@code service.pid} ends with the label, or else the component's name is it
	 * @throws IllegalArgumentException if {@code id} is not a number, in one line that says what is allowed
	 */
	public static PortRequest of(Map<String, ?> properties) {
		var component = text(properties, "component.name");
		var simpleName = component.substring(component.lastIndexOf('.') + 1);
		var type = text(properties, "port.type");
		var name = text(properties, "name");
		boolean console = Boolean.parseBoolean(text(properties, "console"));
		var kind = !type.isEmpty() ? type : simpleName.isEmpty() ? "port" : simpleName;
		return new PortRequest(label(properties, simpleName), kind, name, id(properties), console);
	}

	/** File Install turns {@code port.socket-x.cfg} into the PID {@code port.socket~x}. */
	private static String label(Map<String, ?> properties, String simpleName) {
		var pid = text(properties, "service.pid");
		if (!pid.isEmpty())
			return pid.substring(pid.indexOf('~') + 1);
		return simpleName.isEmpty() ? "service-" + text(properties, "service.id") : simpleName;
	}

	/** Values from .cfg files are strings; those of .config files and of components may be numbers. */
	private static int id(Map<String, ?> properties) {
		var value = text(properties, "id");
		try {
			int id = value.isEmpty() ? ANY_ID : Integer.parseInt(value);
			if (id >= ANY_ID)
				return id;
		} catch (NumberFormatException e) {
			// said below, for what is no number and for what is below all of them
		}
		throw new IllegalArgumentException("id=" + properties.get("id") + "; allowed: a port number, 0 to " + MAX_ID);
	}

	private static String text(Map<String, ?> properties, String key) {
		Object value = properties.get(key);
		return value == null ? "" : value.toString().strip();
	}
}
