package guest.driver;

import static guest.driver.ControlMessage.PORT_ADD;
import static guest.driver.ControlMessage.PORT_NAME;
import static guest.driver.ControlMessage.PORT_OPEN;
import static guest.driver.ControlMessage.PORT_REMOVE;
import static guest.driver.ScriptedBackEnd.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import bus.linux.LinuxException;

@Timeout(30)
class ConsoleDriverTest extends ScriptedDevice {

	@Test
	void ports_announced_asLinuxTalks() throws IOException {
		var port = named();
		var console = driver.awaitPort(0, LONG);
		assertTrue(driver.awaitUntil(LONG, () -> console.rows() == 30 && console.columns() == 100));
		assertTrue(console.isConsole());
		port.open();
		assertTrue(driver.awaitUntil(LONG, () -> device.told.size() == 5), device.told.toString());
		assertEquals("DEVICE_READY id=4294967295 value=1", device.told.getFirst());
		assertTrue(device.told.containsAll(List.of("PORT_READY id=0 value=1", "PORT_READY id=2 value=1",
				"PORT_OPEN id=0 value=1", "PORT_OPEN id=2 value=1")), device.told.toString());
		assertEquals(List.of(), driver.complaints());
	}

	@Test
	void port_openedTwiceOrConsole_refused() throws IOException {
		var port = named();
		port.open();
		assertEquals(16, assertThrows(LinuxException.class, port::open).errno());
		assertEquals(6, assertThrows(LinuxException.class, driver.awaitPort(0, LONG)::open).errno());
		port.close();
		port.open();
	}

	@Test
	void bytes_bothWays_arrive() throws IOException {
		var port = named();
		port.open();
		assertEquals(GuestSidePort.WOULD_BLOCK, port.readNow(new byte[1], 0, 1));
		device.input(2, "hello");
		device.input(2, " guest");
		assertArrayEquals(bytes("hello guest"), port.readNBytes(11, LONG));
		port.writeFully(new byte[100_000], LONG);
		assertTrue(port.awaitTaken(LONG));
		assertEquals(100_000, device.output(2).length);
	}

	@Test
	void read_hostClosed_endOfFileAfterTheRest() throws IOException {
		var port = named();
		port.open();
		device.input(2, "last");
		assertArrayEquals(bytes("l"), port.readNBytes(1, LONG));
		device.control(2, PORT_OPEN, 0);
		assertTrue(driver.awaitUntil(LONG, () -> !port.hostConnected()));
		assertArrayEquals(bytes("ast"), port.readNBytes(3, LONG));
		assertEquals(0, port.read(new byte[1], 0, 1, LONG));
		assertEquals(GuestSidePort.WOULD_BLOCK, port.writeNow(new byte[1], 0, 1));
	}

	@Test
	void data_portClosed_droppedAndCounted() throws IOException {
		var port = named();
		device.input(2, "nobody");
		assertTrue(driver.awaitUntil(LONG, () -> port.bytesDiscarded() == 6));
		port.open();
		device.input(2, "x");
		assertArrayEquals(bytes("x"), port.readNBytes(1, LONG));
		device.input(2, "yz");
		port.close();
		assertTrue(driver.awaitUntil(LONG, () -> port.bytesDiscarded() == 8));
	}

	@Test
	void write_queueFull_wouldBlockThenGoesOn() throws IOException {
		device.throttled.add(2);
		var port = named();
		port.open();
		for (int i = 0; i < 8; i++)
			assertEquals(1, port.writeNow(new byte[] { (byte) i }, 0, 1));
		assertEquals(GuestSidePort.WOULD_BLOCK, port.writeNow(new byte[1], 0, 1));
		assertFalse(port.awaitTaken(Duration.ofMillis(10)));
		backEnd.post(device.throttled::clear);
		assertEquals(1, port.write(new byte[] { 8 }, 0, 1, LONG));
		assertTrue(port.awaitTaken(LONG));
		assertArrayEquals(new byte[] { 0, 1, 2, 3, 4, 5, 6, 7, 8 }, device.output(2));
	}

	@Test
	void console_outputNotTaken_driverFailsWhereLinuxHangs() throws IOException {
		device.throttled.add(0);
		start(DriverSettings.linux().withPatience(Duration.ofMillis(50)));
		var console = driver.awaitPort(0, LONG);
		assertTrue(driver.awaitUntil(LONG, console::isConsole));
		var e = assertThrows(BackEndException.class, () -> console.writeNow(bytes("x"), 0, 1));
		assertTrue(e.getMessage().contains("console output of port 0"), e.getMessage());
		assertThrows(IOException.class, () -> driver.readConfig());
	}

	@Test
	void port_removedAndAddedAgain_isAnother() throws IOException {
		var port = named();
		port.open();
		device.input(2, "stale");
		port.readNBytes(1, LONG);
		device.control(2, PORT_REMOVE, 1);
		assertTrue(driver.awaitUntil(LONG, port::isRemoved));
		assertEquals(19, assertThrows(LinuxException.class, () -> port.read(new byte[1], 0, 1, LONG)).errno());
		device.control(2, PORT_ADD, 1);
		var again = driver.awaitPort("org.example.a", LONG);
		assertTrue(driver.awaitUntil(LONG, again::hostConnected));
		again.open();
		device.input(2, "again");
		assertArrayEquals(bytes("again"), again.readNBytes(5, LONG));
	}

	@Test
	void control_nonsense_complainedOf() throws IOException {
		named();
		device.control(1, PORT_OPEN, 1);
		device.control(3, PORT_ADD, 1);
		device.control(2, PORT_NAME, 1, bytes("other"));
		device.control(2, 99, 1);
		assertTrue(driver.awaitUntil(LONG, () -> driver.complaints().size() == 4), driver.complaints().toString());
		assertEquals("Request for adding port with out-of-bound id 3, max. supported id: 2",
				driver.complaints().get(1));
	}

	@Test
	void device_withoutMultiport_onlyAConsole() throws IOException {
		start(DriverSettings.linux().withoutMultiport());
		var console = driver.ports().getFirst();
		assertTrue(console.isConsole());
		assertEquals(80, console.columns());
		device.rows = 50;
		backEnd.post(backEnd::changeConfig);
		assertTrue(driver.awaitUntil(LONG, () -> console.rows() == 50));
		console.writeFully(bytes("login: "), LONG);
		assertArrayEquals(bytes("login: "), device.output(0));
		device.input(0, "root");
		assertArrayEquals(bytes("root"), console.readNBytes(4, LONG));
		assertEquals(1, driver.configChanges());
	}

	@Test
	void driver_reloaded_asksForPortsAgain() throws IOException {
		var port = named();
		port.open();
		driver.reload();
		assertTrue(port.isRemoved());
		var again = driver.awaitPort("org.example.a", LONG);
		assertFalse(again.isOpen());
		assertEquals(2, device.told.stream().filter(text -> text.startsWith("DEVICE_READY")).count());
	}

	@Test
	void driver_restored_asksForNothing() throws IOException {
		var port = named();
		port.open();
		driver.restore();
		assertEquals(1, device.told.stream().filter(text -> text.startsWith("DEVICE_READY")).count());
		assertTrue(driver.awaitUntil(LONG, port::hostConnected));
		device.input(2, "on");
		assertArrayEquals(bytes("on"), port.readNBytes(2, LONG));
	}

	@Test
	void driver_pausedAndResumed_goesOnWhereItWas() throws IOException {
		var port = named();
		port.open();
		for (int round = 0; round < 20; round++) { // more than the ring has
			device.input(2, "in" + round % 10);
			assertArrayEquals(bytes("in" + round % 10), port.readNBytes(3, LONG));
			port.writeFully(bytes("out"), LONG);
			driver.pause();
			driver.resume();
			assertTrue(port.awaitTaken(LONG));
		}
		assertEquals(60, device.output(2).length);
		assertEquals(1, device.told.stream().filter(text -> text.startsWith("DEVICE_READY")).count());
	}

	@Test
	void backEnd_gone_everybodyIsTold() throws Exception {
		var port = named();
		port.open();
		backEnd.close();
		var e = assertThrows(IOException.class, () -> port.read(new byte[1], 0, 1, LONG));
		assertTrue(e.getMessage().contains("closed the socket"), e.getMessage());
	}

	@Test
	void emergency_write_reachesTheDevice() throws IOException {
		start(DriverSettings.linux());
		driver.emergencyWrite('!');
		assertEquals(List.of((int) '!'), device.emergency);
	}
}
