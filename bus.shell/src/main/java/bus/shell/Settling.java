package bus.shell;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.osgi.framework.ServiceReference;

import bus.api.BusInfo;
import bus.api.HostPort;
import bus.api.PortInfo;
import bus.api.SerialBusRuntime;
import bus.shell.command.CommandException;

/**
 * Waits until a written configuration has come to something. File Install looks at its folder twice a second, Config
 * Admin and Declarative Services have threads of their own: there is nobody to ask but the outcome.
 */
record Settling(SerialBusRuntime runtime, PortServices services) {
	private static final long PATIENCE_MS = 10_000;
	private static final long LOOK_AGAIN_MS = 20;

	/** The port that a new configuration has become, on its bus or refused. */
	PortInfo port(Kind kind, Stored stored) {
		return await(stored, () -> service(stored).flatMap(now -> port(kind.type(), stored)));
	}

	/**
	 * The same after a change.
	 *
	 * @param before what the configuration had become until then
	 */
	PortInfo port(Kind kind, Stored stored, Map<String, String> changes, Before before) {
		return await(stored, () -> service(stored).filter(now -> !before.service.equals(Optional.of(now))
				|| changes.entrySet().stream().allMatch(change -> isMade(kind, change, now, before)))
				.flatMap(now -> port(kind.type(), stored)));
	}

	/**
	 * A service before a change. Declarative Services replaces it, unless its component takes changes: then its properties
	 * change.
	 */
	record Before(Optional<ServiceReference<HostPort>> service, Map<String, Object> properties) {
	}

	Before before(Stored stored) {
		var service = service(stored);
		return new Before(service, service.map(PortServices::properties).orElse(Map.of()));
	}

	private Optional<ServiceReference<HostPort>> service(Stored stored) {
		return services.find(HostPort.class, stored.pid(), stored.label());
	}

	private static boolean isMade(Kind kind, Map.Entry<String, String> change, ServiceReference<?> now, Before before) {
		String key = change.getKey();
		String value = Objects.toString(now.getProperty(key), "");
		if (!change.getValue().isEmpty())
			return value.equals(change.getValue());
		String old = Objects.toString(before.properties.get(key), "");
		return !value.equals(old)
				|| kind.options().stream().anyMatch(option -> option.key().equals(key) && option.byDefault().equals(old));
	}

	/** The port, once it is neither on its way nor held for the one to come. */
	private Optional<PortInfo> port(String type, Stored stored) {
		return ports(type, stored).filter(port -> switch (port.state()) {
			case PLUGGED, SHUT, REFUSED, FAILED -> true;
			case WAITING -> runtime.buses().stream().noneMatch(bus -> bus.name().equals(port.bus()));
			case HELD -> false;
		});
	}

	private Optional<PortInfo> ports(String type, Stored stored) {
		return runtime.ports().stream().filter(it -> it.type().equals(type) && it.label().equals(stored.label()))
				.findFirst();
	}

	void noPort(String type, Stored stored) {
		await(stored, () -> Optional.of(true).filter(gone -> ports(type, stored).isEmpty() && service(stored).isEmpty()));
	}

	Optional<BusInfo> bus(String name) {
		return runtime.buses().stream().filter(bus -> bus.name().equals(name)).findFirst();
	}

	<T> T await(Stored stored, Supplier<Optional<T>> outcome) {
		long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
		var seen = outcome.get();
		while (seen.isEmpty() && System.nanoTime() - deadline < 0) {
			try {
				Thread.sleep(LOOK_AGAIN_MS);
			} catch (InterruptedException e) {
				Thread.currentThread().interrupt();
				throw new CommandException(stored.source() + " is written; nobody waits any more for what comes of it");
			}
			seen = outcome.get();
		}
		return seen.orElseThrow(() -> new CommandException(stored.source() + " is written, but nothing has come of it in "
				+ TimeUnit.MILLISECONDS.toSeconds(PATIENCE_MS) + " s; vport:log may say why"));
	}
}
