package guest.driver;

import static guest.driver.ControlMessage.CONSOLE_PORT;
import static guest.driver.ControlMessage.PORT_NAME;
import static guest.driver.ControlMessage.PORT_OPEN;
import static guest.driver.ControlMessage.RESIZE;
import static guest.driver.ScriptedBackEnd.bytes;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import bus.linux.MessageSocket;

/** A driver on a scripted device with a console of id 0 and a port of id 2. */
abstract class ScriptedDevice {
	static final Duration LONG = Duration.ofSeconds(10);

	ScriptedBackEnd backEnd;
	ScriptedConsole device;
	FrontEnd frontEnd;
	ConsoleDriver driver;

	/** What the device offers. */
	long offered() {
		return VirtioFeature.AS_LINUX & ~VirtioFeature.RING_PACKED;
	}

	@BeforeEach
	void plug() throws IOException {
		var pair = MessageSocket.pair();
		backEnd = new ScriptedBackEnd(pair[1], offered(), ScriptedBackEnd.ALL, 3);
		device = backEnd.console;
		device.ports.put(0, List.of(new ControlMessage(0, CONSOLE_PORT, 1),
				new ControlMessage(0, RESIZE, 0, (byte) 100, (byte) 0, (byte) 30, (byte) 0)));
		device.ports.put(2, List.of(new ControlMessage(2, PORT_NAME, 1, bytes("org.example.a\0")),
				new ControlMessage(2, PORT_OPEN, 1)));
		frontEnd = new FrontEnd(pair[0], FrontEndSettings.qemu(3).withQueueSize(8).withTimeout(LONG));
		frontEnd.handshake();
	}

	@AfterEach
	void unplug() throws Exception {
		driver.close();
		backEnd.close();
	}

	void start(DriverSettings settings) throws IOException {
		driver = new ConsoleDriver(frontEnd, settings);
		driver.start();
	}

	GuestSidePort named() throws IOException {
		return named(DriverSettings.linux().withInOrder());
	}

	GuestSidePort named(DriverSettings settings) throws IOException {
		start(settings);
		var port = driver.awaitPort("org.example.a", LONG);
		assertTrue(port.awaitHostConnected(true, LONG));
		return port;
	}
}
