package bus.whiteboard;

import java.util.Objects;

import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentConstants;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

import bus.api.HostPort;
import bus.api.PortRefusedException;

/** The port behind a service reference, which Declarative Services activates when it is asked for. */
record ServiceSource(BundleContext context, ServiceReference<HostPort> reference, ServiceComponentRuntime components)
		implements PortSource {

	@Override
	public HostPort get() throws PortRefusedException {
		var port = context.getService(reference);
		if (port == null)
			throw new PortRefusedException("cannot be activated: " + reason(), new IllegalStateException());
		return port;
	}

	@Override
	public void unget() {
		context.ungetService(reference);
	}

	private String reason() {
		var bundle = reference.getBundle();
		if (bundle == null)
			return "its service is gone";
		Object id = reference.getProperty(ComponentConstants.COMPONENT_ID);
		return components.getComponentDescriptionDTOs(bundle).stream()
				.flatMap(component -> components.getComponentConfigurationDTOs(component).stream())
				.filter(configuration -> Objects.equals(configuration.id, id))
				.map(ServiceSource::failure).findFirst().orElse("its service answers null");
	}

	private static String failure(ComponentConfigurationDTO configuration) {
		return configuration.failure == null ? "no reason given; see the log" : innermost(configuration.failure);
	}

	/** The message of the innermost cause in a printed stack trace: the outer ones are DS's and reflection's. */
	static String innermost(String trace) {
		var lines = trace.lines().toList();
		var cause = lines.stream().filter(line -> line.strip().startsWith("Caused by: "))
				.reduce((first, second) -> second).map(line -> line.strip().substring("Caused by: ".length()))
				.orElse(lines.isEmpty() ? trace : lines.getFirst());
		int colon = cause.indexOf(": ");
		return colon < 0 || cause.substring(0, colon).contains(" ") ? cause : cause.substring(colon + 2);
	}
}
