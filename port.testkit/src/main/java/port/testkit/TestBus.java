package port.testkit;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

import bus.api.HostPort;
import bus.api.PortInfo;
import bus.api.PortRefusedException;
import bus.api.PortRequest;
import bus.api.SerialBus;
import bus.vhostuser.BusServer;
import bus.vhostuser.loop.Loops;
import guest.driver.ConsoleDriver;
import guest.driver.GuestSidePort;

/**
 * A bus and a guest without a framework and without a virtual machine: the bus's own code on a socket in a folder, and
 * a driver that behaves as Linux's. Any thread.
 */
public final class TestBus implements AutoCloseable {
	private static final int PORTS = 7;
	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final Loops loops = new Loops();
	private final BusServer server;
	private final ConsoleDriver driver;

	/**
	 * @param folder for the bus's socket; a path of less than 90 characters, because a socket's has room for 107
	 */
	public TestBus(Path folder) throws IOException {
		var socket = folder.resolve("bus.sock");
		server = BusServer.listen("test", socket, PORTS, loops);
		server.serve();
		driver = ConsoleDriver.connect(socket, PORTS);
	}

	/** The bus, to plug and unplug, and to look at. */
	public SerialBus bus() {
		return server.bus();
	}

	/** The guest's driver: to reload it, to pause it, to write in an emergency. */
	public ConsoleDriver driver() {
		return driver;
	}

	/**
	 * Plugs a port.
	 *
	 * @param name as the guest sees it
	 * @throws PortRefusedException with the message of what the port has thrown from {@code plugged}
	 */
	public PortInfo plug(String name, boolean console, HostPort port) throws PortRefusedException {
		return server.bus().plug(new PortRequest(name, "test", name, PortRequest.ANY_ID, console), port);
	}

	/** The port as the bus sees it. */
	public PortInfo info(String name) {
		return server.bus().ports().stream().filter(port -> port.name().equals(name)).findFirst()
				.orElseThrow(() -> new IllegalStateException("no port name=" + name + " is plugged"));
	}

	/** The port as a program in the guest sees it, once the guest has it; not opened yet. */
	public GuestSidePort guest(String name) throws IOException {
		return driver.awaitPort(name, PATIENCE);
	}

	/** Unplugs every port and ends bus and guest. */
	@Override
	public void close() {
		driver.close();
		server.close();
		loops.end();
	}
}
