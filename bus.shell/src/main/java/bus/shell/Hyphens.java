package bus.shell;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.MethodModel;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessFlag;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Locale;
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

/**
 * Registers {@link HyphenatedCommands}. Gogo, its help too, looks for a method with the name of the command, and the Java
 * language has no name {@code add-bus}; the Java machine has. So Gogo gets a copy of the class whose public methods are
 * renamed.
 */
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
		var made = hyphenated(HyphenatedCommands.class, MethodHandles.lookup()).getDeclaredConstructor(BusCommands.class)
				.newInstance(buses);
		registration = context.registerService(Object.class.getName(), made, commands);
	}

	/** What these commands ask goes: the next instance has commands of its own. */
	@Deactivate
	void stop() {
		registration.unregister();
	}

	static Class<?> hyphenated(Class<?> commands, MethodHandles.Lookup lookup) throws IllegalAccessException {
		var files = ClassFile.of();
		ClassTransform renaming = (copy, element) -> {
			if (element instanceof MethodModel method && method.flags().has(AccessFlag.PUBLIC))
				copy.withMethod(hyphenated(method.methodName().stringValue()), method.methodTypeSymbol(),
						method.flags().flagsMask(), body -> method.forEach(body));
			else
				copy.with(element);
		};
		try (var bytes = commands.getResourceAsStream(commands.getSimpleName() + ".class")) {
			var copy = files.transformClass(files.parse(bytes.readAllBytes()), renaming);
			return lookup.defineHiddenClass(copy, true).lookupClass();
		} catch (IOException e) {
			throw new UncheckedIOException(e);
		}
	}

	static String hyphenated(String name) {
		return name.replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
	}
}
