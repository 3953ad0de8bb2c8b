package guest.driver;

import static guest.driver.ControlMessage.PORT_ADD;
import static guest.driver.ControlMessage.PORT_OPEN;
import static guest.driver.ControlMessage.PORT_REMOVE;
import static guest.driver.GuestSidePort.HUP;
import static guest.driver.GuestSidePort.IN;
import static guest.driver.GuestSidePort.OUT;
import static guest.driver.GuestSidePort.WOULD_BLOCK;
import static guest.driver.ScriptedBackEnd.bytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import bus.linux.LinuxException;

/** A port as programs see it: readiness, events, data that nobody reads. */
@Timeout(30)
final class GuestSidePortTest extends ScriptedDevice {
	private static final int ENODEV = 19;
	private static final int EBADF = 9;

	private static int errno(LinuxException e) {
		return e.errno();
	}

	@Test
	void poll_hostConnected_readableWithDataAndWritableWithRoom() throws IOException {
		device.throttled.add(2);
		var port = named();
		port.open();
		assertEquals(OUT, port.poll(IN | OUT, LONG));
		assertEquals(0, port.poll(IN, Duration.ZERO));
		device.input(2, "x");
		assertEquals(IN, port.poll(IN, LONG));
		assertEquals(IN | OUT, port.poll(IN | OUT, LONG));
		while (port.writeNow(new byte[1], 0, 1) == 1)
			assertTrue(port.bytesSent() < 100);
		assertEquals(IN, port.poll(IN | OUT, LONG));
		assertEquals(0, port.poll(OUT, Duration.ZERO));
		backEnd.post(device.throttled::clear);
		assertEquals(OUT, port.poll(OUT, LONG));
	}

	@Test
	void poll_hostClosed_hangsUpAndReadsEndOfFile() throws IOException {
		var port = named();
		port.open();
		device.control(2, PORT_OPEN, 0);
		assertEquals(HUP, port.poll(0, LONG));
		assertEquals(IN | HUP, port.poll(IN | OUT, Duration.ZERO));
		assertEquals(0, port.readNow(new byte[1], 0, 1));
		device.control(2, PORT_OPEN, 1);
		assertTrue(port.awaitHostConnected(true, LONG));
		assertEquals(OUT, port.poll(IN | OUT, Duration.ZERO));
	}

	@Test
	void poll_closedOrUnplugged_refusedOrHangsUp() throws IOException {
		var port = named();
		assertEquals(EBADF, errno(assertThrows(LinuxException.class, () -> port.poll(IN, LONG))));
		port.open();
		device.control(2, PORT_REMOVE, 1);
		assertEquals(HUP, port.poll(0, LONG));
		assertEquals(HUP, port.poll(IN | OUT, Duration.ZERO));
	}

	@Test
	void poll_console_knowsNoEnd() throws IOException {
		start(DriverSettings.linux());
		var console = driver.awaitPort(0, LONG);
		assertTrue(driver.awaitUntil(LONG, console::isConsole));
		assertFalse(console.hostConnected());
		assertEquals(OUT, console.poll(IN | OUT, LONG));
		device.input(0, "x");
		assertEquals(IN, console.poll(IN, LONG));
	}

	@Test
	void read_ofNothing_nothing() throws IOException {
		var port = named();
		port.open();
		assertEquals(0, port.readNow(new byte[1], 0, 0));
		assertEquals(WOULD_BLOCK, port.readNow(new byte[1], 0, 1));
	}

	@Test
	void awaitHostConnected_bothWays_untilUnplugged() throws IOException {
		var port = named();
		assertFalse(port.awaitHostConnected(false, Duration.ofMillis(10)));
		device.control(2, PORT_OPEN, 0);
		assertTrue(port.awaitHostConnected(false, LONG));
		device.control(2, PORT_REMOVE, 1);
		assertEquals(ENODEV, errno(assertThrows(LinuxException.class, () -> port.awaitHostConnected(true, LONG))));
		assertTrue(port.awaitHostConnected(false, LONG));
	}

	/** What a listener was told, in words. */
	private BlockingQueue<String> listen() throws IOException {
		var told = new ArrayBlockingQueue<String>(100);
		driver.listen(new PortListener() {
			@Override
			public void portChanged(GuestSidePort port) {
				told.add(port.toString());
				if (port.isConsole())
					throw new IllegalStateException("a listener's own fault"); // must not matter to others
			}

			@Override
			public void driverFailed(Throwable reason) {
				told.add("failed: " + reason.getMessage());
			}
		});
		return told;
	}

	private static void awaitTold(BlockingQueue<String> told, String wanted) throws InterruptedException {
		String last = "nothing";
		for (String next = ""; !wanted.equals(next); last = next) {
			next = told.poll(LONG.toMillis(), TimeUnit.MILLISECONDS);
			assertTrue(next != null, "the last was " + last + ", wanted " + wanted);
		}
	}

	@Test
	void listener_portsComeAndGo_told() throws Exception {
		driver = new ConsoleDriver(frontEnd, DriverSettings.linux());
		var told = listen();
		driver.start();
		awaitTold(told, "port 2 'org.example.a' closed host=open");
		device.control(2, PORT_OPEN, 0);
		awaitTold(told, "port 2 'org.example.a' closed host=closed");
		device.control(2, PORT_REMOVE, 1);
		awaitTold(told, "port 2 'org.example.a' closed host=closed unplugged");
		device.control(2, PORT_ADD, 1);
		awaitTold(told, "port 2 'org.example.a' closed host=open");
		driver.reload();
		awaitTold(told, "port 2 'org.example.a' closed host=closed unplugged");
		awaitTold(told, "port 2 'org.example.a' closed host=open");
	}

	@Test
	void listener_late_toldOfWhatIsThere() throws Exception {
		named();
		awaitTold(listen(), "port 2 'org.example.a' closed host=open");
	}

	@Test
	void listener_backEndGone_toldWhy() throws Exception {
		named();
		var told = listen();
		backEnd.close();
		awaitTold(told, "failed: the back-end has closed the socket");
	}

	@Test
	void listener_deviceLies_toldWhy() throws Exception {
		device.throttled.add(2);
		var port = named(DriverSettings.linux());
		var told = listen();
		var memory = ((SplitDriverRing) driver.ring(7)).memory();
		memory.usedElement(0, 5, 0);
		memory.usedIdx(1);
		port.open();
		assertThrows(DeviceViolationException.class, () -> port.writeNow(new byte[1], 0, 1));
		awaitTold(told, "failed: used id=5 len=0 at idx=0: the device does not have that chain");
	}

	@Test
	void data_portClosedAndKept_waitsForTheNextOpener() throws IOException {
		var port = named(DriverSettings.linux().withKeepWhileClosed());
		device.input(2, "early ");
		assertTrue(driver.awaitUntil(LONG, () -> port.buffered() == 6));
		port.open();
		assertArrayEquals(bytes("ear"), port.readNBytes(3, LONG));
		port.close();
		assertEquals(3, port.buffered());
		device.input(2, "later");
		assertTrue(driver.awaitUntil(LONG, () -> port.buffered() == 8));
		port.open();
		assertArrayEquals(bytes("ly later"), port.readNBytes(8, LONG));
		assertEquals(0, port.bytesDiscarded());
	}

	@Test
	void data_noLongerKept_dropped() throws IOException {
		var port = named();
		port.keepWhileClosed(true);
		device.input(2, "abc");
		assertTrue(driver.awaitUntil(LONG, () -> port.buffered() == 3));
		port.keepWhileClosed(false);
		assertEquals(0, port.buffered());
		assertEquals(3, port.bytesDiscarded());
	}

	@Test
	void data_keptAndUnplugged_dropped() throws IOException {
		var port = named(DriverSettings.linux().withKeepWhileClosed());
		device.input(2, "abc");
		assertTrue(driver.awaitUntil(LONG, () -> port.buffered() == 3));
		device.control(2, PORT_REMOVE, 1);
		device.control(2, PORT_ADD, 1);
		assertTrue(driver.awaitUntil(LONG, port::isRemoved));
		assertEquals(3, port.bytesDiscarded());
		assertEquals(0, driver.awaitPort("org.example.a", LONG).buffered());
	}

	/** Buffers of 24 bytes under a limit of 60, messages of 10: when four are there, no fifth buffer is allowed. */
	@Test
	void limit_reached_hostWaitsUntilSomethingIsRead() throws IOException {
		var port = named(DriverSettings.linux().withBuffers(8, 24).withLimit(60));
		port.open();
		for (int i = 0; i < 6; i++)
			device.input(2, "message " + i + ";");
		assertTrue(driver.awaitUntil(LONG, port::throttled));
		assertEquals(40, port.buffered());
		for (int i = 0; i < 6; i++) {
			assertArrayEquals(bytes("message " + i + ";"), port.readNBytes(10, LONG));
			assertTrue(port.buffered() <= 40);
		}
		assertFalse(port.throttled());
	}

	@Test
	void limit_belowOneBuffer_bufferIsSmaller() throws IOException {
		var port = named(DriverSettings.linux().withLimit(5));
		port.open();
		device.input(2, "12345");
		device.input(2, "67890");
		assertTrue(driver.awaitUntil(LONG, port::throttled));
		assertEquals(5, port.buffered());
		assertArrayEquals(bytes("1234567890"), port.readNBytes(10, LONG));
	}

	@Test
	void limit_setLater_holdsWhenTheDeviceHasUsedItsRoom() throws IOException {
		var port = named();
		port.open();
		port.limit(10);
		for (int i = 0; i < 8; i++)
			device.input(2, "abcd"); // the room that it had
		device.input(2, "efgh");
		assertTrue(driver.awaitUntil(LONG, port::throttled));
		assertEquals(32, port.buffered());
		assertArrayEquals(bytes("abcd".repeat(8) + "efgh"), port.readNBytes(36, LONG));
		assertFalse(port.throttled());
		port.limit(0);
		assertThrows(IllegalArgumentException.class, () -> port.limit(-1));
	}

	@Test
	void limit_withKeepWhileClosed_boundsWhatIsKept() throws IOException {
		var port = named(DriverSettings.linux().withBuffers(8, 24).withLimit(48).withKeepWhileClosed());
		for (var text : List.of("0123456789", "abcdefghij", "ABCDEFGHIJ", "9876543210"))
			device.input(2, text);
		assertTrue(driver.awaitUntil(LONG, port::throttled));
		assertEquals(30, port.buffered());
		port.open();
		assertArrayEquals(bytes("0123456789abcdefghijABCDEFGHIJ9876543210"), port.readNBytes(40, LONG));
	}
}
