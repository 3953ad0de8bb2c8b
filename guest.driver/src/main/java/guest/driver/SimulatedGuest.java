package guest.driver;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

import bus.linux.LinuxException;

/**
 * A small lively guest for the demo: a shell on every console, a line a second on every port whose name ends in
 * {@code .log}, an echo on every other port. It waits for the bus's socket and comes back when the bus does.
 *
 * <p>One thread of its own runs all its programs.
 */
@Component(service = {}, configurationPid = "guest.driver", configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = SimulatedGuest.Config.class, factory = true)
public final class SimulatedGuest {

	/** One configuration is one guest. */
	@ObjectClassDefinition(name = "Simulated guest", description = "A guest in this process, for trying things out")
	public @interface Config {
		@AttributeDefinition(name = "socket", description = "Path of the bus's vhost-user socket")
		String socket();

		@AttributeDefinition(name = "ports", description = "the number of ports that the virtual machine has room for, 1 to 127")
		int ports() default 31;
	}

	private static final Logger LOG = System.getLogger(SimulatedGuest.class.getName());
	private static final long FIRST_PAUSE_MS = 50;
	private static final long LONGEST_PAUSE_MS = 2000;
	private static final Duration TIMEOUT = Duration.ofSeconds(3);
	private static final int MOST_PORTS = 127;

	private final Path socket;
	private final int ports;
	private final CountDownLatch ended = new CountDownLatch(1);
	private final Thread thread;
	private volatile ConsoleDriver driver;
	private String lastTrouble = "";

	@Activate
	public SimulatedGuest(Config config) {
		if (config.socket() == null || config.socket().isBlank())
			throw new IllegalArgumentException("socket= is missing: the path of the bus's vhost-user socket");
		if (config.ports() < 1 || config.ports() > MOST_PORTS)
			throw new IllegalArgumentException("ports=" + config.ports() + "; allowed: 1 to " + MOST_PORTS);
		socket = Path.of(config.socket().strip());
		ports = config.ports();
		thread = Thread.ofPlatform().daemon().name("simulated-guest " + socket.getFileName()).start(this::live);
	}

	@Deactivate
	void shutDown() throws InterruptedException {
		ended.countDown();
		var current = driver;
		if (current != null)
			current.wake();
		if (!thread.join(TIMEOUT.multipliedBy(3)))
			LOG.log(Level.WARNING, "the simulated guest on socket={0} does not end", socket);
	}

	private void live() {
		long pause = FIRST_PAUSE_MS;
		try {
			while (!ended.await(pause, TimeUnit.MILLISECONDS)) {
				pause = session() ? FIRST_PAUSE_MS : Math.min(2 * pause, LONGEST_PAUSE_MS);
			}
		} catch (InterruptedException e) {
			LOG.log(Level.DEBUG, "the simulated guest on socket={0} was interrupted", socket);
		}
	}

	/** From connection to end; false if there was no connection. */
	private boolean session() {
		boolean connected = false;
		try (var frontEnd = FrontEnd.connect(socket, FrontEndSettings.qemu(ports).withTimeout(TIMEOUT));
				var console = new ConsoleDriver(frontEnd, DriverSettings.linux().withPatience(TIMEOUT))) {
			frontEnd.handshake();
			console.start();
			connected = true;
			driver = console;
			lastTrouble = "";
			LOG.log(Level.INFO, "simulated guest up: socket={0} ports={1}", socket, console.maxPorts());
			serve(console);
		} catch (IOException | RuntimeException e) {
			report(e);
		} finally {
			driver = null;
		}
		return connected;
	}

	/** The same trouble again and again, such as a socket that is not there yet, is told once. */
	private void report(Exception trouble) {
		if (ended.getCount() == 0 || lastTrouble.equals(trouble.toString()))
			return;
		lastTrouble = trouble.toString();
		LOG.log(Level.INFO, "simulated guest waits for the bus: socket={0}: {1}", socket, trouble.getMessage());
	}

	private void serve(ConsoleDriver console) throws IOException {
		var programs = new IdentityHashMap<GuestSidePort, PortProgram>();
		long seen = 0;
		while (ended.getCount() > 0) {
			var patience = PortProgram.WHEN_SOMETHING_HAPPENS;
			programs.keySet().removeIf(GuestSidePort::isRemoved);
			for (var port : console.ports())
				patience = shorter(patience, step(console, port, programs));
			seen = console.awaitChange(seen, patience);
		}
	}

	private static Duration shorter(Duration a, Duration b) {
		return a.compareTo(b) < 0 ? a : b;
	}

	private static Duration step(ConsoleDriver console, GuestSidePort port, Map<GuestSidePort, PortProgram> programs)
			throws IOException {
		try {
			if (!programs.containsKey(port))
				begin(console, port, programs);
			var program = programs.get(port);
			return program == null ? PortProgram.WHEN_SOMETHING_HAPPENS : program.step();
		} catch (LinuxException e) {
			if (!port.isRemoved())
				throw e;
			return Duration.ZERO; // unplugged under our hands: look at the ports again
		}
	}

	/** Nothing as long as the device has not told what kind of port it is. */
	private static void begin(ConsoleDriver console, GuestSidePort port, Map<GuestSidePort, PortProgram> programs)
			throws IOException {
		String name = port.name();
		boolean told = !name.isEmpty() || port.hostConnected(); // asked first: that it is a console is told before these
		if (port.isConsole()) {
			programs.put(port, new ConsoleProgram(port, console::ports));
			return;
		}
		if (!told)
			return;
		port.open();
		LOG.log(Level.DEBUG, "simulated guest opens port id={0} name={1}", port.id(), name);
		programs.put(port, name.endsWith(".log") ? new LogProgram(port) : new EchoProgram(port));
	}
}
