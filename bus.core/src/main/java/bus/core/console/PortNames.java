package bus.core.console;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The names of one virtual machine's ports. Its guest finds ports by them, whatever bus they are on, so they are unique
 * over all its buses, whose loops are different threads. Any thread.
 */
public final class PortNames {
	private final Map<String, String> busByName = new ConcurrentHashMap<>();

	/**
	 * Takes a name for a bus.
	 *
	 * @return the bus that has it already, or null if it was free
	 */
	String take(String name, String bus) {
		return busByName.putIfAbsent(name, bus);
	}

	void free(String name) {
		busByName.remove(name);
	}

	/** A bus has closed: also of ports that were being plugged there, whose end it has not seen. */
	void freeAll(String bus) {
		busByName.values().removeIf(bus::equals);
	}
}
