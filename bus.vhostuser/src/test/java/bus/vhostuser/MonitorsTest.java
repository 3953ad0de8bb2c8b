package bus.vhostuser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import bus.api.BusInfo;
import bus.api.GuestPort;
import bus.api.HostPort;
import guest.driver.CloudHypervisor;
import guest.driver.ConsoleDriver;
import guest.driver.Crosvm;
import guest.driver.DriverSettings;
import guest.driver.FrontEnd;
import guest.driver.FrontEndSettings;
import guest.driver.GuestSidePort;
import guest.driver.Libkrun;
import guest.driver.MemfdRegion;
import guest.driver.OpenVmm;
import guest.driver.Request;
import guest.driver.Uml;

/**
 * The monitors that vport may meet, imitated from their sources: handshake, bytes both ways, stop and start, the end of
 * the connection, and the next machine.
 */
@Timeout(60)
class MonitorsTest {
	private static final int ECHOED = 64 << 10;
	private static final int PIECE = 4096;
	private static final int CHARACTER_PORT = 2;

	/** How many ports the bus has, which one echoes, what connects, and whether it can pause a guest. */
	enum Monitor {
		OPEN_VMM(3, CHARACTER_PORT, true, socket -> OpenVmm.connect(socket, 8)),
		OPEN_VMM_WITH_CACHE(3, CHARACTER_PORT, true, socket -> OpenVmm.connectWithCache(socket, 8)),
		CLOUD_HYPERVISOR(3, 0, true, socket -> CloudHypervisor.connect(socket, 2)),
		CROSVM(3, CHARACTER_PORT, true, Crosvm::connect),
		LIBKRUN(3, CHARACTER_PORT, false, Libkrun::connect),
		LIBKRUN_FOUR_QUEUES(1, 0, false, Libkrun::connectWithFourQueues),
		UML(3, CHARACTER_PORT, false, socket -> Uml.connect(socket, 8)),
		QEMU_RFC_CONSOLE(3, 0, true, socket -> FrontEnd.connect(socket, FrontEndSettings.qemuRfcConsole()));

		/** Connects, without a message yet. */
		interface Connector {
			FrontEnd connect(Path socket) throws IOException;
		}

		private final int ports;
		private final int port;
		private final boolean pauses;
		private final Connector connector;

		Monitor(int ports, int port, boolean pauses, Connector connector) {
			this.ports = ports;
			this.port = port;
			this.pauses = pauses;
			this.connector = connector;
		}
	}

	@TempDir
	Path folder;

	private BusFixture fixture;
	private final Random random = new Random();

	@BeforeEach
	void make() {
		fixture = new BusFixture(folder);
		long seed = System.nanoTime();
		System.out.println("seed " + seed);
		random.setSeed(seed);
	}

	@AfterEach
	void close() throws Exception {
		fixture.close();
	}

	private BusServer busFor(Monitor monitor) throws Exception {
		return busFor(monitor, "vm1");
	}

	private BusServer busFor(Monitor monitor, String name) throws Exception {
		var server = fixture.bus(name, monitor.ports);
		BusFixture.plug(server, "echo", monitor.port, monitor.port == 0, new EchoPort());
		return server;
	}

	private FrontEnd connect(Monitor monitor) throws IOException {
		return monitor.connector.connect(fixture.socket("vm1"));
	}

	private ConsoleDriver guest(Monitor monitor) throws IOException {
		return fixture.guest(connect(monitor), DriverSettings.linux());
	}

	private static GuestSidePort opened(Monitor monitor, ConsoleDriver guest) throws IOException {
		var port = guest.awaitPort(monitor.port, BusFixture.PATIENCE);
		if (monitor.port == 0)
			assertTrue(guest.awaitUntil(BusFixture.PATIENCE, () -> port.isConsole() && port.isOpen()));
		else
			port.open();
		return port;
	}

	private void assertEchoes(GuestSidePort port) throws IOException {
		var sent = new byte[PIECE];
		for (int done = 0; done < ECHOED; done += PIECE) {
			random.nextBytes(sent);
			port.writeFully(sent, BusFixture.PATIENCE);
			assertArrayEquals(sent, port.readNBytes(PIECE, BusFixture.PATIENCE), "after " + done + " bytes");
		}
	}

	private static void await(BooleanSupplier condition) {
		long deadline = System.nanoTime() + BusFixture.PATIENCE.toNanos();
		while (!condition.getAsBoolean()) {
			assertTrue(System.nanoTime() < deadline, "waited too long");
			Thread.onSpinWait();
		}
	}

	@ParameterizedTest
	@EnumSource
	void wholeLife_twice_echoesAndListensAgain(Monitor monitor) throws Exception {
		var server = busFor(monitor);
		for (int machine = 0; machine < 2; machine++) {
			try (var guest = guest(monitor)) {
				var port = opened(monitor, guest);
				assertEchoes(port);
				if (monitor.pauses) {
					guest.pause();
					guest.resume();
					assertEchoes(port);
				}
				guest.reload();
				assertEchoes(opened(monitor, guest));
				assertEquals(BusInfo.State.RUNNING, server.bus().info().state());
				assertEquals("", guest.complaints().stream().reduce("", String::concat));
			}
			await(() -> server.bus().info().state() == BusInfo.State.LISTENING);
		}
	}

	/** The bytes are in the ring when the guest stops, and there is no kick for them afterwards. */
	@ParameterizedTest
	@EnumSource(names = { "OPEN_VMM", "CLOUD_HYPERVISOR", "CROSVM", "QEMU_RFC_CONSOLE" })
	void s54_pause_withBytesUnderWay_losesNone(Monitor monitor) throws Exception {
		busFor(monitor);
		var guest = guest(monitor);
		var port = opened(monitor, guest);
		var sent = new byte[PIECE];
		for (int i = 0; i < 20; i++) {
			random.nextBytes(sent);
			port.writeFully(sent, BusFixture.PATIENCE);
			guest.pause();
			guest.resume();
			assertArrayEquals(sent, port.readNBytes(PIECE, BusFixture.PATIENCE), "round " + i);
		}
	}

	@ParameterizedTest
	@EnumSource
	void emergencyWrite_reachesTheConsoleOnce(Monitor monitor) throws Exception {
		var heard = new ArrayBlockingQueue<Byte>(10);
		BusFixture.plug(fixture.bus("vm1", monitor.ports), "con", 0, true, new HostPort() {
			@Override
			public void plugged(GuestPort guest) {
				guest.open();
			}

			@Override
			public int guestData(ByteBuffer data) {
				return data.remaining();
			}

			@Override
			public int hostData(ByteBuffer room) {
				return 0;
			}

			@Override
			public void emergency(byte character) {
				heard.add(character);
			}
		});
		var guest = guest(monitor);
		guest.awaitPort(0, BusFixture.PATIENCE);
		guest.emergencyWrite('!');
		guest.emergencyWrite('?');
		assertEquals((byte) '!', heard.poll(20, TimeUnit.SECONDS));
		assertEquals((byte) '?', heard.poll(20, TimeUnit.SECONDS));
		assertTrue(heard.isEmpty());
	}

	/** Without MULTIPORT a change of the console's size goes over the back-end's channel: a socket, or UML's pipe. */
	@ParameterizedTest
	@EnumSource(names = { "CLOUD_HYPERVISOR", "CROSVM", "UML", "QEMU_RFC_CONSOLE" })
	void configChange_isAnnounced_whereThereIsAChannel(Monitor monitor) throws Exception {
		var server = fixture.bus("vm1", monitor.ports);
		var console = BusFixture.plug(server, "con", 0, true, new EchoPort());
		var guest = fixture.guest(connect(monitor), DriverSettings.linux().withoutMultiport());
		guest.awaitPort(0, BusFixture.PATIENCE);
		console.guest.resize(132, 50);
		assertTrue(guest.awaitUntil(BusFixture.PATIENCE, () -> guest.configChanges() > 0));
		assertArrayEquals(new byte[] { (byte) 132, 0, 50, 0 }, Arrays.copyOf(guest.readConfig(), 4));
	}

	@ParameterizedTest
	@EnumSource(names = { "CLOUD_HYPERVISOR", "CROSVM", "QEMU_RFC_CONSOLE" })
	void snapshot_restoredOnAnotherBus_goesOnThere(Monitor monitor) throws Exception {
		busFor(monitor);
		busFor(monitor, "vm2");
		var guest = guest(monitor);
		var port = opened(monitor, guest);
		for (String next : List.of("vm2", "vm1", "vm2")) {
			assertEchoes(port);
			guest.migrate(fixture.socket(next));
		}
		assertEchoes(port);
		guest.reload();
		assertEchoes(opened(monitor, guest));
		assertEquals("", guest.complaints().stream().reduce("", String::concat));
	}

	/** Its bases are behind all that the guest has offered; without in-flight memory no byte would come any more. */
	@Test
	void cloudHypervisor_backEndLost_goesOnAtTheNext() throws Exception {
		busFor(Monitor.CLOUD_HYPERVISOR);
		busFor(Monitor.CLOUD_HYPERVISOR, "vm2");
		var guest = guest(Monitor.CLOUD_HYPERVISOR);
		var port = opened(Monitor.CLOUD_HYPERVISOR, guest);
		for (String next : List.of("vm1", "vm2", "vm1")) {
			assertEchoes(port);
			guest.reconnect(fixture.socket(next));
		}
		assertEchoes(port);
		guest.reload();
		assertEchoes(opened(Monitor.CLOUD_HYPERVISOR, guest));
	}

	/** RESET_DEVICE says at once what otherwise only the next driver does. */
	@Test
	void openVmm_deviceReset_portsHearOfItBeforeTheNextDriver() throws Exception {
		var server = busFor(Monitor.OPEN_VMM);
		var frontEnd = connect(Monitor.OPEN_VMM);
		var guest = fixture.guest(frontEnd, DriverSettings.linux());
		assertEchoes(opened(Monitor.OPEN_VMM, guest));
		guest.pause();
		assertTrue(server.bus().ports().getFirst().guestOpen());
		new Wire(frontEnd.channel()).assertDone(Request.RESET_DEVICE, new byte[0]);
		assertFalse(server.bus().ports().getFirst().guestOpen());
		guest.reload();
		assertEchoes(opened(Monitor.OPEN_VMM, guest));
	}

	@Test
	void cloudHypervisor_noDeviceFeature_onePort() throws Exception {
		busFor(Monitor.CLOUD_HYPERVISOR);
		var guest = guest(Monitor.CLOUD_HYPERVISOR);
		assertEquals(0, guest.features() & 0xffffff);
		assertEquals(1, guest.ports().size());
	}

	@Test
	void cloudHypervisor_characterPortsOfTheBus_areSaidToBeOutOfReach() throws Exception {
		var server = busFor(Monitor.CLOUD_HYPERVISOR);
		BusFixture.plug(server, "far", CHARACTER_PORT, false, new EchoPort());
		opened(Monitor.CLOUD_HYPERVISOR, guest(Monitor.CLOUD_HYPERVISOR));
		var far = server.bus().ports().stream().filter(port -> port.id() == CHARACTER_PORT).findFirst().orElseThrow();
		assertTrue(far.problem().contains("MULTIPORT"), "a port that the guest cannot see: " + far);
	}

	@Test
	void cloudHypervisor_memoryHotPlugged_oneRegionToTheTable() throws Exception {
		busFor(Monitor.CLOUD_HYPERVISOR);
		var frontEnd = connect(Monitor.CLOUD_HYPERVISOR);
		var guest = fixture.guest(frontEnd, DriverSettings.linux());
		var port = opened(Monitor.CLOUD_HYPERVISOR, guest);
		frontEnd.addRegion(MemfdRegion.create(1L << 40, 1 << 20, 0));
		assertEchoes(port);
		guest.reload(); // the whole table again, which replaces the slots
		assertEchoes(opened(Monitor.CLOUD_HYPERVISOR, guest));
	}

	@Test
	void cloudHypervisor_tooManyQueues_refusesItself() throws Exception {
		fixture.bus("vm1", 3);
		try (var frontEnd = CloudHypervisor.connect(fixture.socket("vm1"), 10)) {
			assertThrows(IOException.class, frontEnd::handshake);
		}
	}

	@Test
	void crosvm_queuesAsTheBusHasThem() throws Exception {
		busFor(Monitor.CROSVM);
		assertEquals(3, guest(Monitor.CROSVM).maxPorts());
	}

	@Test
	void qemuRfcConsole_fourQueues_oneMultiportPort() throws Exception {
		busFor(Monitor.QEMU_RFC_CONSOLE);
		var guest = guest(Monitor.QEMU_RFC_CONSOLE);
		assertEquals(1, guest.maxPorts());
		assertEquals(2, guest.features() & 2);
	}

	/** It names no queue before the guest asks for the number of ports, so nobody can know how few there are. */
	@Test
	void libkrunWithFourQueues_onABusOfThree_guestRefusesTheDevice() throws Exception {
		busFor(Monitor.LIBKRUN);
		var e = assertThrows(IOException.class, () -> guest(Monitor.LIBKRUN_FOUR_QUEUES));
		assertTrue(e.getMessage().contains("max_nr_ports=3"), e.getMessage());
	}
}
