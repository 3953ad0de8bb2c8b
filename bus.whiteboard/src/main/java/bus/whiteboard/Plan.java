package bus.whiteboard;

import java.util.HashMap;
import java.util.Map;

import bus.api.ConfigurationFile;
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

	static Plan of(Map<String, Object> properties) {
		var bus = properties.get(SerialBus.BUS) == null ? "" : properties.get(SerialBus.BUS).toString().strip();
		var problem = bus.isEmpty() ? "bus is missing; allowed: NAME of the bus to plug into" : "";
		try {
			return of(properties, bus, PortRequest.of(properties), problem);
		} catch (IllegalArgumentException e) {
			var rest = new HashMap<>(properties);
			rest.remove("id"); // the listing shows the port without a number, and why
			return of(properties, bus, PortRequest.of(rest), e.getMessage());
		}
	}

	private static Plan of(Map<String, Object> properties, String bus, PortRequest request, String problem) {
		return new Plan(ConfigurationFile.name(properties, request.label()), bus, request, problem);
	}

	Plan refused(String why) {
		return new Plan(source, bus, request, why);
	}
}
