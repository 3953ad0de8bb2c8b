package bus.vhostuser;

import static bus.vhostuser.BusFixture.assertEcho;
import static bus.vhostuser.BusFixture.opened;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import bus.api.BusInfo;
import bus.api.PortInfo;
import bus.api.PortRequest;
import guest.driver.ConsoleDriver;
import guest.driver.DriverSettings;
import guest.driver.FrontEndSettings;
import guest.driver.GuestSidePort;

/** The transport and the device behind it, driven by guest.driver over real sockets, memory and eventfds. */
@Timeout(60)
class VhostUserTest {
	@TempDir
	Path folder;

	private BusFixture fixture;

	@BeforeEach
	void make() {
		fixture = new BusFixture(folder);
	}

	@AfterEach
	void close() throws Exception {
		fixture.close();
		try (var left = Files.list(folder)) {
			assertEquals(0, left.count(), "sockets are removed");
		}
	}

	@Test
	void socketFile_isForTheOwnerAlone() throws Exception {
		fixture.bus("vm1", 3);
		assertEquals("rw-------",
				PosixFilePermissions.toString(Files.getPosixFilePermissions(fixture.socket("vm1"))));
	}

	@Test
	void socket_ofALiveBus_isRefusedWithItsPath() throws Exception {
		BusFixture.plug(fixture.bus("vm1", 3), "org.example.echo", 1, false, new EchoPort());
		var e = assertThrows(IOException.class, () -> fixture.bus("vm1", 3));
		assertTrue(e.getMessage().contains(fixture.socket("vm1").toString()), e.getMessage());
		assertEcho(echoGuest("vm1"), "still there");
	}

	private GuestSidePort echoGuest(String bus) throws IOException {
		return opened(fixture.guest(bus, 3), "org.example.echo");
	}

	@Test
	void secondMachine_isTurnedAway_firstGoesOn() throws Exception {
		BusFixture.plug(fixture.bus("vm1", 3), "org.example.echo", 1, false, new EchoPort());
		var port = echoGuest("vm1");
		var second = fixture.connect("vm1", FrontEndSettings.qemu(3));
		assertThrows(IOException.class, second::handshake);
		assertEcho(port, "hello");
	}

	@Test
	void secondHandshake_onTheSameSocket_beginsAnew() throws Exception {
		BusFixture.plug(fixture.bus("vm1", 3), "org.example.echo", 1, false, new EchoPort());
		var frontEnd = fixture.connect("vm1", FrontEndSettings.qemu(3));
		for (int i = 0; i < 3; i++) {
			var guest = new ConsoleDriver(frontEnd, DriverSettings.linux());
			frontEnd.handshake();
			guest.start();
			assertEcho(opened(guest, "org.example.echo"), "device_add " + i);
			guest.detach();
		}
	}

	@Test
	void plugAndUnplug_whileTheGuestRuns_comeAndGo() throws Exception {
		var server = fixture.bus("vm1", 3);
		var guest = fixture.guest("vm1", 3);
		for (int i = 0; i < 3; i++) {
			var echo = BusFixture.plug(server, "org.example.echo", PortRequest.ANY_ID, false, new EchoPort());
			var port = opened(guest, "org.example.echo");
			assertEcho(port, "time " + i);
			server.bus().unplug(echo);
			assertTrue(guest.awaitUntil(BusFixture.PATIENCE, port::isRemoved));
		}
	}

	@Test
	void fewQueues_clampThePorts() throws Exception {
		var server = fixture.bus("vm1", 31);
		BusFixture.plug(server, "far", 20, false, new EchoPort());
		BusFixture.plug(server, "org.example.echo", 3, false, new EchoPort());
		var guest = fixture.guest("vm1", 3 + 1);
		assertEquals(4, guest.maxPorts());
		assertEcho(opened(guest, "org.example.echo"), "near");
		assertEquals(4, server.bus().info().usablePorts());
		assertTrue(server.bus().ports().getFirst().problem().contains("num_vqs=44"));
		assertEquals(1, guest.ports().size());
	}

	@Test
	void manyPorts_127_allTalk() throws Exception {
		var server = fixture.bus("vm1", 127);
		for (int id = 1; id < 127; id++)
			BusFixture.plug(server, "port" + id, id, false, new EchoPort());
		var guest = fixture.guest("vm1", FrontEndSettings.qemu(127), DriverSettings.linux().withBuffers(4, 256));
		for (int id = 1; id < 127; id++)
			assertEcho(opened(guest, "port" + id), "I am " + id);
	}

	@Test
	void machineGoes_busListensAgain() throws Exception {
		var server = fixture.bus("vm1", 3);
		var echo = BusFixture.plug(server, "org.example.echo", 1, false, new EchoPort());
		for (int i = 0; i < 3; i++) {
			try (var guest = ConsoleDriver.connect(fixture.socket("vm1"), 3)) {
				assertEcho(opened(guest, "org.example.echo"), "machine " + i);
				assertEquals(BusInfo.State.RUNNING, server.bus().info().state());
			}
			await(() -> server.bus().info().state() == BusInfo.State.LISTENING);
			assertFalse(echo.guest.guestOpen());
		}
	}

	private static void await(BooleanSupplier condition) {
		long deadline = System.nanoTime() + BusFixture.PATIENCE.toNanos();
		while (!condition.getAsBoolean()) {
			assertTrue(System.nanoTime() < deadline, "waited too long");
			Thread.onSpinWait();
		}
	}

	@Test
	void emergencyWrite_beforeAnyDriver_reachesTheConsole() throws Exception {
		var server = fixture.bus("vm1", 3);
		var console = BusFixture.plug(server, "con", 0, true, new EchoPort());
		var heard = new CountDownLatch(1);
		console.duringGuestData = heard::countDown;
		var frontEnd = fixture.connect("vm1", FrontEndSettings.qemu(3));
		frontEnd.handshake();
		frontEnd.writeConfig(8, new byte[] { 'A', 0, 0, 0 });
		assertTrue(heard.await(20, TimeUnit.SECONDS));
	}

	@Test
	void blockingPort_neighboursGoOn_andItIsClosedAndNamed() throws Exception {
		var guests = new ArrayList<GuestSidePort>();
		var ports = new ArrayList<EchoPort>();
		var servers = new ArrayList<BusServer>();
		int buses = 2 * Math.min(Runtime.getRuntime().availableProcessors(), 4);
		for (int i = 0; i < buses; i++) {
			servers.add(fixture.bus("vm" + i, 3));
			ports.add(BusFixture.plug(servers.get(i), "org.example.echo", 1, false, new EchoPort()));
			guests.add(echoGuest("vm" + i));
		}
		var entered = new CountDownLatch(1);
		var release = new CountDownLatch(1);
		ports.getFirst().duringGuestData = () -> {
			entered.countDown();
			awaitLatch(release);
		};
		guests.getFirst().writeFully(new byte[] { 1 }, BusFixture.PATIENCE);
		assertTrue(entered.await(20, TimeUnit.SECONDS));
		long since = System.nanoTime();
		for (int i = 1; i < buses; i++)
			assertEcho(guests.get(i), "bus " + i + " goes on");
		while (System.nanoTime() - since < TimeUnit.MILLISECONDS.toNanos(2500)) // long enough to count as blocking
			Thread.onSpinWait();
		release.countDown();
		await(() -> servers.getFirst().bus().ports().getFirst().state() == PortInfo.State.FAILED);
		assertTrue(servers.getFirst().bus().ports().getFirst().problem().contains("blocked the bus for"));
		for (int i = 1; i < buses; i++)
			assertEcho(guests.get(i), "and on");
	}

	/** A port that waits for ever, on the bus's only loop: the guest must get its console back. */
	@Test
	void portThatNeverReturns_itsBusGoesOnWithoutIt_andItMayBeReplaced() throws Exception {
		var server = fixture.bus("vm1", 4);
		var bad = BusFixture.plug(server, "org.example.bad", 2, false, new EchoPort());
		BusFixture.plug(server, "org.example.echo", 1, false, new EchoPort());
		var guest = fixture.guest("vm1", 4);
		var good = opened(guest, "org.example.echo");
		var entered = new CountDownLatch(1);
		var release = new CountDownLatch(1);
		var returned = new CountDownLatch(1);
		bad.duringGuestData = () -> {
			entered.countDown();
			awaitLatch(release);
			bad.guest.writable(); // what port code does when it wakes up
			bad.guest.execute(returned::countDown);
		};
		var port = guest.awaitPort("org.example.bad", BusFixture.PATIENCE);
		port.open();
		port.writeFully(new byte[] { 1 }, BusFixture.PATIENCE);
		assertTrue(entered.await(20, TimeUnit.SECONDS));
		assertEcho(good, "the other port of the same bus");
		var failed = server.bus().ports().stream().filter(p -> p.id() == 2).findFirst().orElseThrow();
		assertEquals(PortInfo.State.FAILED, failed.state());
		assertEquals("guestData has blocked the bus for more than 2000 ms and has not come back; port code must not block,"
				+ " plug it again when it is mended", failed.problem());
		await(() -> !port.hostConnected());
		server.bus().unplug(bad);
		BusFixture.plug(server, "org.example.bad", 2, false, new EchoPort());
		assertEcho(good, "while the first still blocks");
		release.countDown();
		assertEcho(good, "when it has returned");
		assertEquals(1, returned.getCount(), "nothing of what it asks for is done");
	}

	private static void awaitLatch(CountDownLatch latch) {
		try {
			latch.await();
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		}
	}
}
