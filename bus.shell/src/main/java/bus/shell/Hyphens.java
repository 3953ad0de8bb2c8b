package bus.shell;

import java.lang.invoke.MethodHandles;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;

import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.metatype.MetaTypeService;

import bus.api.SerialBusRuntime;
import bus.shell.command.MethodNames;

/** Registers {@link HyphenatedCommands}, under their names. */
@Component(immediate = true, service = {})
public final class Hyphens {
	private final ServiceRegistration<?> registration;

	@Activate
	public Hyphens(BundleContext context, @Reference SerialBusRuntime runtime,
			@Reference ServiceComponentRuntime components, @Reference MetaTypeService metatype,
			@Reference ConfigurationAdmin admin, @Reference LogRing log) throws ReflectiveOperationException {
		Dictionary<String, Object> commands = new Hashtable<>(
				Map.of("osgi.command.scope", "vport", "osgi.command.function", new String[] { "add-bus", "remove-bus" }));
		var buses = new BusCommands(runtime, new Kinds(context, components, metatype), Configurations.of(context, admin),
				new Settling(runtime, new PortServices(context)), log);
		var made = MethodNames.hyphenated(HyphenatedCommands.class, MethodHandles.lookup()).getDeclaredConstructor(BusCommands.class)
				.newInstance(buses);
		registration = context.registerService(Object.class.getName(), made, commands);
	}

	/** What these commands ask goes: the next instance has commands of its own. */
	@Deactivate
	void stop() {
		registration.unregister();
	}
}
