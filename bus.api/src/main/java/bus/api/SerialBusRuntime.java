package bus.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.osgi.annotation.versioning.ProviderType;

/** Looks at all buses and all ports of this process, plugged or not. */
@ProviderType
public interface SerialBusRuntime {

	/**
	 * All buses, by name.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: as {@link SerialBus#info}, for one bus after the other.
	 * <li>Buffers: none.
	 * <li>Return: a copy that does not change; a bus that goes meanwhile is not in it.
	 * <li>Exception: as {@link SerialBus#info} of a bus that stays.
	 * </ul>
	 */
	List<BusInfo> buses();

	/**
	 * All ports, by bus and number; those that were refused or wait for their bus come last, with the reason.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: as {@link SerialBus#ports}, for one bus after the other.
	 * <li>Buffers: none.
	 * <li>Return: a copy that does not change; ports of a bus that goes meanwhile are not in it.
	 * <li>Exception: as {@link SerialBus#ports} of a bus that stays.
	 * </ul>
	 */
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
