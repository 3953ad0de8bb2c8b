package bus.itest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import bus.itest.QtestConsole.Layout;
import bus.itest.QtestRing.Used;

/** What the guest sees of the device before and besides its queues. */
@Tag("guest")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class QtestDeviceTest {

	@RegisterExtension
	static final QtestBench BENCH = new QtestBench();

	@Test
	void device_onPci_isAConsoleAndOffersOurFeatures() throws Exception {
		var guest = BENCH.boot();
		assertEquals(0x1043_1af4, guest.device().id());
		assertEquals(QtestConsole.F_VERSION_1 | QtestConsole.F_RING_PACKED | QtestConsole.F_EVENT_IDX
				| QtestConsole.F_INDIRECT_DESC | QtestConsole.F_SIZE | QtestConsole.F_MULTIPORT
				| QtestConsole.F_EMERG_WRITE, guest.device().offered());
		assertEquals(QtestBench.QUEUES, guest.device().queues());
	}

	@Test
	void s04_configurationSpace_beforeAnyDriver_12Bytes() throws Exception {
		var guest = BENCH.boot();
		guest.reset();
		assertArrayEquals(new byte[] { 0, 0, 0, 0, QtestBench.PORTS, 0, 0, 0, 0, 0, 0, 0, -1, -1, -1, -1 },
				guest.config(16));
	}

	@Test
	void s02_s04_fewerQueuesThanPorts_portsBeyondNotShown() throws Exception {
		BENCH.expectComplaint("the virtual machine gave num_vqs=6, enough for 2 of ports=7; for all of them it needs"
				+ " num_vqs=16");
		var guest = BENCH.boot(QtestMachine.device(BENCH.socket(), 6, QtestConsole.RING));
		assertEquals(6, guest.device().queues());
		guest.start(Layout.SPLIT);
		assertArrayEquals(new byte[] { 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0 }, guest.config(12));
		guest.postControl(20);
		guest.deviceReady(QtestBench.CONSOLE, QtestBench.DATA);
		guest.assertNothingSaid();
		guest.readyAndOpen(QtestBench.DATA, QtestControl.name(QtestBench.DATA, "org.vport.data"));
	}

	@Test
	void s58_s59_s60_emergencyWrite_inEveryState_lowByteOnly() throws Exception {
		int start = BENCH.console().position();
		var guest = BENCH.boot();
		guest.reset();
		guest.emergency('a');
		guest.negotiate(guest.device().offered());
		guest.emergency(0);
		guest.emergency('b' | 0xffffff00);
		for (int queue = 0; queue < QtestBench.QUEUES; queue++)
			guest.setUp(queue, QtestConsole.RING);
		guest.driverOk();
		guest.emergency(0x100);
		guest.emergency('c');
		BENCH.machine().qmp().execute("stop");
		guest.emergency('d');
		BENCH.machine().qmp().execute("cont");
		guest.emergency('d');
		guest.reset();
		guest.emergency('e');
		BENCH.console().awaitText("e", start);
		assertEquals("ab\0cdde", BENCH.console().text(start));
	}

	/** QEMU sends its copy of the whole space with each write, the byte of the write before in it. */
	@Test
	void s61_writeToAnotherField_emergencyByteNotRepeated() throws Exception {
		int start = BENCH.console().position();
		var guest = BENCH.boot();
		guest.emergency('1');
		BENCH.machine().qtest().write16(guest.device().config(0), 80);
		BENCH.machine().qtest().write8(guest.device().config(2), 25);
		guest.emergency('2');
		BENCH.console().awaitText("2", start);
		assertEquals("12", BENCH.console().text(start));
		assertArrayEquals(new byte[] { 0, 0, 0, 0, QtestBench.PORTS, 0, 0, 0, 0, 0, 0, 0 }, guest.config(12));
	}

	@Test
	void featuresNotOffered_accepted_doNoHarm() throws Exception {
		var guest = BENCH.boot();
		guest.start(-1L, QtestConsole.RING);
		QtestBench.takePorts(guest);
	}

	@Test
	void privateMemory_vportNamesTheRemedy_machineLives() throws Exception {
		BENCH.expectComplaint("give the virtual machine memory with share=on");
		var guest = BENCH.boot(QtestMachine.device(BENCH.socket(), QtestBench.QUEUES, QtestConsole.RING, "-object",
				"memory-backend-ram,id=private,size=64M", "-M", "memory-backend=private"));
		guest.start(Layout.SPLIT);
		guest.post(QtestConsole.CONTROL_OUT, guest.readable(new QtestControl(0, QtestControl.DEVICE_READY, 1).bytes()));
		guest.assertNothingUsed(QtestConsole.CONTROL_OUT);
		guest.reset();
		BENCH.awaitComplaint("share=on");
	}

	@Test
	void s02_127Ports_theLastQueueWorks() throws Exception {
		var files = BENCH.host().configuration();
		var socket = files.bus("wide", 127);
		var last = files.socket("last", "wide", 126);
		BENCH.host().vport().await(vport -> vport.err().stream().anyMatch(line -> line.contains("wide port 126")),
				"port 126");
		var guest = BENCH.boot(QtestMachine.device(socket, 256, 32));
		guest.start(guest.device().offered(), 32);
		guest.postControl(4);
		guest.deviceReady(126);
		guest.readyAndOpen(126, QtestControl.name(126, "org.vport.last"));
		try (var client = PortClient.connect(last)) {
			guest.expect(new QtestControl(126, QtestControl.PORT_OPEN, 1));
			guest.takeUnwritten(255, guest.post(255, guest.readable("from 255\n".getBytes())));
			assertEquals("from 255", client.line());
			client.send("to 254");
			assertEquals(new Used(guest.post(254, guest.writable(100)), 6), guest.take(254));
		}
	}
}
