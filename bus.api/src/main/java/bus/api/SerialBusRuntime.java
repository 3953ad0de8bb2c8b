package bus.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.osgi.annotation.versioning.ProviderType;

/** Looks at all buses and all ports of this process, plugged or not. */
@ProviderType
public interface SerialBusRuntime {

	/** All buses, by name. */
	List<BusInfo> buses();

	/** All ports, by bus and number; those that were refused or wait for their bus come last, with the reason. */
	List<PortInfo> ports();

	/**
	 * Holds a configuration against the Metatype of its kind, before somebody makes a port or bus of it.
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: no longer than it takes to read a description.
	 * <li>Buffers: none.
	 * <li>Return: the first mistake in one line, which names the key and says what is allowed; nothing if there is none, or
	 * if nothing is known of the kind.
	 * <li>Exception: none.
	 * </ul>
	 *
	 * @param pid the kind, for instance {@code port.socket}
	 * @param properties the keys and values of its file; those of OSGi's own are passed over
	 */
	Optional<String> mistake(String pid, Map<String, ?> properties);
}
