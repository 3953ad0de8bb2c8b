package bus.vhostuser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

import bus.api.HostPort;
import bus.api.PortRefusedException;
import bus.api.PortRequest;
import bus.core.console.DeviceSettings;
import bus.core.console.PortNames;
import bus.vhostuser.loop.Loops;
import bus.vhostuser.loop.Polling;
import guest.driver.ConsoleDriver;
import guest.driver.DriverSettings;
import guest.driver.FrontEnd;
import guest.driver.FrontEndSettings;
import guest.driver.GuestSidePort;

/** Buses on real sockets without a framework, and drivers that connect to them. Closes everything it made. */
final class BusFixture implements Closeable {
	static final Duration PATIENCE = Duration.ofSeconds(20);

	final Loops loops = new Loops();
	private final Path folder;
	private final List<Closeable> open = new ArrayList<>();

	BusFixture(Path folder) {
		this.folder = folder;
	}

	Path socket(String name) {
		return folder.resolve(name + ".sock");
	}

	BusServer bus(String name, int ports) throws IOException {
		return bus(name, DeviceSettings.of(ports));
	}

	BusServer bus(String name, DeviceSettings settings) throws IOException {
		return bus(name, settings, Polling.OFF);
	}

	BusServer bus(String name, DeviceSettings settings, Polling polling) throws IOException {
		var config = new BusConfig(name, name, name, socket(name), 0600, false, polling, settings);
		var server = new BusServer(config, loops, new PortNames(), () -> {
		});
		open.addFirst(server::close);
		server.serve();
		return server;
	}

	static <P extends HostPort> P plug(BusServer server, String name, int id, boolean console, P port)
			throws PortRefusedException {
		server.bus().plug(new PortRequest(name, "test", name, id, console), port);
		return port;
	}

	FrontEnd connect(String bus, FrontEndSettings settings) throws IOException {
		var frontEnd = FrontEnd.connect(socket(bus), settings);
		open.addFirst(frontEnd::close);
		return frontEnd;
	}

	ConsoleDriver guest(String bus, FrontEndSettings settings, DriverSettings driverSettings) throws IOException {
		return guest(connect(bus, settings), driverSettings);
	}

	ConsoleDriver guest(FrontEnd frontEnd, DriverSettings driverSettings) throws IOException {
		open.addFirst(frontEnd::close);
		var driver = new ConsoleDriver(frontEnd, driverSettings);
		open.addFirst(driver::close);
		frontEnd.handshake();
		driver.start();
		return driver;
	}

	ConsoleDriver guest(String bus, int ports) throws IOException {
		return guest(bus, FrontEndSettings.qemu(ports), DriverSettings.linux());
	}

	static GuestSidePort opened(ConsoleDriver guest, String name) throws IOException {
		var port = guest.awaitPort(name, PATIENCE);
		port.open();
		return port;
	}

	/** For what no guest is called for. */
	static void await(BooleanSupplier condition) {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		while (!condition.getAsBoolean()) {
			assertTrue(System.nanoTime() < deadline, "waited too long");
			Thread.onSpinWait();
		}
	}

	/** Says something to an {@link EchoPort} and hears it again. */
	static void assertEcho(GuestSidePort port, String text) throws IOException {
		var bytes = text.getBytes(StandardCharsets.UTF_8);
		port.writeFully(bytes, PATIENCE);
		assertArrayEquals(bytes, port.readNBytes(bytes.length, PATIENCE));
	}

	@Override
	public void close() throws IOException {
		for (var closeable : open)
			closeable.close();
	}
}
