package bus.shell;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

import bus.api.HostPort;
import bus.api.PortInfo;
import bus.api.PortRequest;

/** The services behind the ports, as references: getting the service of a port would activate it, plugged or not. */
record PortServices(BundleContext context) {

	/** The service of a port, of one of the interfaces that ports have. */
	<T> Optional<ServiceReference<T>> find(Class<T> service, PortInfo port) {
		return all(service).stream().filter(reference -> isOf(reference, port)).findFirst();
	}

	/** The service that a configuration has become. */
	<T> Optional<ServiceReference<T>> find(Class<T> service, String pid, String label) {
		return all(service).stream().filter(it -> (pid + "~" + label).equals(it.getProperty("service.pid"))).findFirst();
	}

	/** What a port counts itself. It is on a bus, so asking for its service does not make it. */
	Map<String, Object> figures(PortInfo port) {
		var reference = find(HostPort.class, port);
		var service = reference.map(context::getService);
		if (service.isEmpty())
			return Map.of();
		try {
			return inLines(service.get().figures());
		} catch (RuntimeException | LinkageError e) { // of a vendor's code, which must not hide what the bus knows
			return Map.of("figures", e.toString());
		} finally {
			context.ungetService(reference.get());
		}
	}

	/** As they should be: a vendor's code may give less, and more. */
	private static Map<String, Object> inLines(Map<String, Object> figures) {
		var lines = new LinkedHashMap<String, Object>();
		if (figures != null)
			figures.forEach((name, value) -> lines.put(inLine(name), value instanceof Number ? value : inLine(value)));
		return lines;
	}

	private static String inLine(Object text) {
		return String.valueOf(text).lines().collect(Collectors.joining(" "));
	}

	private <T> List<ServiceReference<T>> all(Class<T> service) {
		try {
			return List.copyOf(context.getServiceReferences(service, null));
		} catch (InvalidSyntaxException e) {
			throw new IllegalStateException(e); // there is no filter
		}
	}

	private static boolean isOf(ServiceReference<?> reference, PortInfo port) {
		var properties = properties(reference);
		properties.remove("id"); // may be what is wrong with it
		var request = PortRequest.of(properties);
		return port.bus().equals(String.valueOf(properties.getOrDefault("bus", "")).strip())
				&& request.label().equals(port.label()) && request.type().equals(port.type());
	}

	static Map<String, Object> properties(ServiceReference<?> reference) {
		var properties = new LinkedHashMap<String, Object>();
		Stream.of(reference.getPropertyKeys()).forEach(key -> properties.put(key, reference.getProperty(key)));
		return properties;
	}
}
