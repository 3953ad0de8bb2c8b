package bus.whiteboard;

import static org.osgi.service.component.annotations.ReferenceCardinality.MULTIPLE;
import static org.osgi.service.component.annotations.ReferenceCardinality.OPTIONAL;
import static org.osgi.service.component.annotations.ReferencePolicy.DYNAMIC;
import static org.osgi.service.component.annotations.ReferencePolicyOption.GREEDY;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.MetaTypeInformation;
import org.osgi.service.metatype.MetaTypeService;
import org.osgi.service.metatype.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;

import bus.api.BusInfo;
import bus.api.HostPort;
import bus.api.PortInfo;
import bus.api.SerialBus;
import bus.api.SerialBusRuntime;

/**
 * Hears of port and bus services. Ports come as references, so that a port is activated only when its configuration has
 * been found good and its bus is there.
 */
@Component(configurationPid = "bus.whiteboard", immediate = true,
		service = { SerialBusRuntime.class, ConfigurationListener.class })
@Designate(ocd = Whiteboard.Config.class)
public final class Whiteboard implements SerialBusRuntime, ConfigurationListener {

	/** The keys of {@code bus.whiteboard.cfg}. */
	@org.osgi.service.metatype.annotations.ObjectClassDefinition(id = "bus.whiteboard", name = "Ports come and go",
			description = "How long a bus keeps the place of a port whose bundle is being updated")
	public @interface Config {
		@AttributeDefinition(description = Grace.ALLOWED, min = "0", max = "3600", required = false)
		int grace() default Grace.DEFAULT_SECONDS;
	}

	private static final System.Logger LOG = System.getLogger("bus.whiteboard");
	/** Buses and ports start in any order; a port that waits longer than this waits for a bus that is not configured. */
	private static final int STARTUP_SECONDS = 2;

	private final BundleContext context;
	private final ServiceComponentRuntime components;
	private final Roster roster = new Roster(line -> LOG.log(System.Logger.Level.WARNING, line),
			CompletableFuture.delayedExecutor(STARTUP_SECONDS, TimeUnit.SECONDS));
	/**
	 * Without it configurations are not checked before activation; the ports' own checks remain. DS binds by reference
	 * name, capitals first: this one comes before "Port".
	 */
	@Reference(name = "Metatype", cardinality = OPTIONAL, policy = DYNAMIC, policyOption = GREEDY)
	private volatile MetaTypeService metatype;

	private final ConfigurationAdmin configurations;
	private volatile int graceSeconds = Grace.DEFAULT_SECONDS;

	@Activate
	public Whiteboard(BundleContext context, @Reference ServiceComponentRuntime components,
			@Reference ConfigurationAdmin configurations, Map<String, Object> properties) {
		this.context = context;
		this.components = components;
		this.configurations = configurations;
		modified(properties);
	}

	/** Without this method a change of the grace time would unplug every port. */
	@Modified
	void modified(Map<String, Object> properties) {
		try {
			graceSeconds = Grace.seconds(properties);
		} catch (IllegalArgumentException e) {
			LOG.log(System.Logger.Level.ERROR, "bus.whiteboard: " + e.getMessage() + "; it stays at " + graceSeconds);
		}
	}

	@Reference(service = HostPort.class, cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
	void addPort(ServiceReference<HostPort> reference) {
		roster.add(reference, plan(reference), new ServiceSource(context, reference, components));
	}

	void updatedPort(ServiceReference<HostPort> reference) {
		roster.update(reference, plan(reference), new ServiceSource(context, reference, components));
	}

	void removePort(ServiceReference<HostPort> reference) {
		String pid = reference.getProperty(Constants.SERVICE_PID) instanceof String text ? text : "";
		if (graceSeconds > 0 && isToComeBack(reference.getBundle(), pid))
			roster.hold(reference, pid, CompletableFuture.delayedExecutor(graceSeconds, TimeUnit.SECONDS));
		else
			roster.remove(reference);
	}

	/**
	 * Whether a port goes because its bundle is stopped, updated or refreshed, or because its configuration has changed; and
	 * not because its configuration was deleted, or everything ends.
	 */
	private boolean isToComeBack(Bundle bundle, String pid) {
		if (context.getBundle(Constants.SYSTEM_BUNDLE_ID).getState() != Bundle.ACTIVE
				|| context.getBundle().getState() != Bundle.ACTIVE)
			return false;
		if (pid.isEmpty())
			return bundle != null && bundle.getState() == Bundle.STOPPING;
		try {
			return configurations.listConfigurations("(service.pid=" + pid.replaceAll("[\\\\*()]", "\\\\$0") + ")") != null;
		} catch (IOException | InvalidSyntaxException e) {
			LOG.log(System.Logger.Level.WARNING, pid + ": cannot tell whether it is still configured: " + e.getMessage());
			return false;
		}
	}

	@Override
	public void configurationEvent(ConfigurationEvent event) {
		if (event.getType() == ConfigurationEvent.CM_DELETED)
			roster.release(event.getPid());
	}

	@Reference(service = SerialBus.class, cardinality = MULTIPLE, policy = DYNAMIC, policyOption = GREEDY)
	void addBus(SerialBus bus) {
		roster.addBus(bus);
	}

	void removeBus(SerialBus bus) {
		roster.removeBus(bus);
	}

	@Override
	public List<BusInfo> buses() {
		return roster.listing().ofBuses();
	}

	@Override
	public List<PortInfo> ports() {
		return roster.listing().ofPorts();
	}

	@Override
	public Optional<String> mistake(String pid, Map<String, ?> properties) {
		return components.getComponentDescriptionDTOs().stream()
				.filter(component -> List.of(component.configurationPid).contains(pid)).findFirst()
				.map(component -> context.getBundle(component.bundle.id)).flatMap(bundle -> check(bundle, pid))
				.flatMap(check -> check.problem(properties));
	}

	private Plan plan(ServiceReference<HostPort> reference) {
		var properties = new LinkedHashMap<String, Object>();
		for (String key : reference.getPropertyKeys())
			properties.put(key, reference.getProperty(key));
		var plan = Plan.of(properties);
		return check(reference.getBundle(), properties.get("service.factoryPid"))
				.or(() -> check(reference.getBundle(), properties.get("service.pid")))
				.flatMap(check -> check.problem(properties)).map(plan::refused).orElse(plan);
	}

	private Optional<ConfigurationCheck> check(Bundle bundle, Object pid) {
		var service = metatype;
		if (service == null || bundle == null)
			return Optional.empty();
		return definition(service.getMetaTypeInformation(bundle), pid)
				.map(d -> new ConfigurationCheck(List.of(d.getAttributeDefinitions(ObjectClassDefinition.ALL)),
						List.of(d.getAttributeDefinitions(ObjectClassDefinition.REQUIRED))));
	}

	private static Optional<ObjectClassDefinition> definition(MetaTypeInformation information, Object pid) {
		return Stream.of(information.getFactoryPids(), information.getPids()).flatMap(Stream::of)
				.filter(known -> known.equals(pid)).findFirst()
				.map(known -> information.getObjectClassDefinition(known, null));
	}
}
