package port.guestagent.shell;

import java.lang.invoke.MethodHandles;
import java.util.Hashtable;
import java.util.Map;

import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.AnyService;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

import bus.shell.command.MethodNames;

/** Registers {@link SshKeysCommand}, under its name, where there is a Gogo to call it. */
@Component(immediate = true, service = {})
public final class SshKeys {
	private final ServiceRegistration<?> registration;

	/**
	 * @param gogo not by its type, which a resolver would take for something that this bundle cannot be without
	 */
	@Activate
	public SshKeys(BundleContext context, @Reference Agents agents,
			@Reference(service = AnyService.class,
					target = "(objectClass=org.apache.felix.service.command.CommandProcessor)") Object gogo)
			throws ReflectiveOperationException {
		var made = MethodNames.hyphenated(SshKeysCommand.class, MethodHandles.lookup())
				.getDeclaredConstructor(Agents.class).newInstance(agents);
		registration = context.registerService(Object.class.getName(), made, new Hashtable<>(
				Map.of("osgi.command.scope", "agent", "osgi.command.function", "ssh-keys")));
	}

	@Deactivate
	void stop() {
		registration.unregister();
	}
}
