package guest.driver.shell;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;

import guest.driver.ConsoleDriver;
import guest.driver.DriverSettings;
import guest.driver.FrontEndSettings;
import guest.driver.GuestSidePort;

/** The guests by name. Any thread. */
final class Guests {
	/** One guest has a descriptor or three for each of its queues. */
	static final int MOST = 16;

	/** A guest and where it is connected. */
	record Guest(String name, Path socket, ConsoleDriver driver) {
	}

	private final Map<String, Guest> guests = new ConcurrentSkipListMap<>();

	Guest connect(String name, Path socket, FrontEndSettings machine, DriverSettings settings) throws IOException {
		checkFree(name);
		var guest = new Guest(name, socket, ConsoleDriver.connect(socket, machine, settings));
		if (guests.putIfAbsent(name, guest) != null) {
			guest.driver.close();
			checkFree(name);
		}
		return guest;
	}

	private void checkFree(String name) {
		if (guests.containsKey(name))
			throw new CommandException("there is a guest " + name + " already");
		if (guests.size() >= MOST)
			throw new CommandException("there are " + MOST + " guests already; disconnect one");
	}

	Collection<Guest> all() {
		return guests.values();
	}

	ConsoleDriver driver(String name) {
		var guest = guests.get(name);
		if (guest == null)
			throw new CommandException("no guest " + name + "; guests: "
					+ (guests.isEmpty() ? "none" : String.join(", ", guests.keySet())));
		return guest.driver;
	}

	/** By name, or else by id. */
	GuestSidePort port(String guest, String wanted) {
		var ports = driver(guest).ports();
		for (var port : ports)
			if (port.name().equals(wanted))
				return port;
		for (var port : ports)
			if (String.valueOf(port.id()).equals(wanted))
				return port;
		throw new CommandException("no port " + wanted + "; ports: " + (ports.isEmpty() ? "none" : ports.stream()
				.map(port -> port.id() + (port.name().isEmpty() ? "" : " " + port.name()))
				.collect(Collectors.joining(", "))));
	}

	void disconnect(String name) {
		driver(name).close();
		guests.remove(name);
	}

	void disconnectAll() {
		for (var guest : guests.values())
			guest.driver.close();
		guests.clear();
	}
}
