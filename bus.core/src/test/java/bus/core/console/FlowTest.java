package bus.core.console;

import static bus.core.console.DeviceRig.IN;
import static bus.core.console.DeviceRig.OUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import bus.core.virtio.RingKind;

/** Who may speak when, and who is told; the numbers are those of the statements about QEMU's bus. */
@ParameterizedClass
@MethodSource("bus.core.virtio.RingKind#all")
class FlowTest {
	private final DeviceRig rig;

	FlowTest(RingKind kind) {
		rig = new DeviceRig(kind, 4);
	}

	@AfterEach
	void close() {
		rig.close();
	}

	@Test
	void s02_queues_belongToPortsInVirtiosOrder() throws Exception {
		assertEquals(10, rig.device.queueCount());
		var ports = new ArrayList<RecordingPort>();
		for (int id = 0; id < 4; id++)
			ports.add(rig.plugged("port" + id, id));
		rig.bootGuest();
		int[] receiveqs = { 0, 4, 6, 8 };
		for (int id = 0; id < 4; id++) {
			rig.write(receiveqs[id] + 1, "to " + id);
			assertEquals("to " + id, ports.get(id).taken.toString());
			rig.postRoom(receiveqs[id], 8);
			give(ports.get(id), "from " + id);
			assertEquals(List.of("from " + id), rig.readRaw(receiveqs[id]));
		}
	}

	@Test
	void s02_throttledPort_goesOnAtItsOwnQueue_andABusOfOnePortHasFour() throws Exception {
		for (int id = 1; id < 4; id++) {
			var port = rig.plugged("port" + id, id);
			rig.bootGuest();
			port.allowance = 1;
			rig.write(2 * id + 3, "abc");
			port.allowance = 100;
			port.guest.writable();
			rig.run();
			assertEquals("abc", port.taken.toString());
			rig.stopDriver();
		}
		try (var single = new DeviceRig(rig.kind, 1)) {
			assertEquals(4, single.device.queueCount());
		}
	}

	private void give(RecordingPort port, String text) {
		port.toGive = text;
		port.guest.readable();
		rig.run();
	}

	@Test
	void s35_twoBuffersFilled_oneCall_andNoneForNothing() throws Exception {
		var port = rig.port();
		rig.postRoom(IN, 2);
		rig.postRoom(IN, 2);
		rig.calls.clear();
		give(port, "");
		assertNull(rig.calls.get(IN));
		give(port, "abcd");
		assertEquals(1, rig.calls.get(IN));
		assertEquals(2, rig.drain(IN));
		for (int i = 0; i < 12; i++) // more than are looked at in one go
			rig.postRoom(IN, 2);
		rig.calls.clear();
		give(port, "x".repeat(24));
		assertEquals(12, rig.drain(IN));
		assertEquals(1, rig.calls.get(IN));
	}

	@Test
	void s67_info_saysWhoIsOpenAndWhetherItWaits() throws Exception {
		var port = rig.plugged("a", 3);
		rig.startDriver();
		var info = rig.info(3);
		assertTrue(!info.guestOpen() && info.hostOpen() && !info.throttled(), info.toString());
		rig.send(3, ControlEvent.PORT_OPEN, 1);
		port.allowance = 1;
		rig.write(9, "abc");
		info = rig.info(3);
		assertTrue(info.guestOpen() && info.hostOpen() && info.throttled(), info.toString());
		port.guest.close();
		info = rig.info(3);
		assertTrue(info.guestOpen() && !info.hostOpen() && !info.throttled(), info.toString());
	}

	@Test
	void s36_port_isAskedOnlyIfItsDataHasSomewhereToGo() throws Exception {
		var port = rig.plugged("a", 1);
		give(port, "x");
		assertEquals(0, port.asked, "no driver");
		rig.bootGuest();
		assertEquals(0, port.asked, "no buffer");
		rig.send(1, ControlEvent.PORT_OPEN, 0);
		rig.postRoom(IN, 8);
		rig.kick(IN);
		assertEquals(0, port.asked, "the guest has closed");
		rig.send(1, ControlEvent.PORT_OPEN, 1);
		assertEquals(List.of("x"), rig.readRaw(IN));
	}

	@Test
	void s37_guestPostsBuffers_getsWhatWaits_butNotBeforeItOpened() throws Exception {
		var port = rig.port();
		rig.send(1, ControlEvent.PORT_OPEN, 0);
		give(port, "abc");
		rig.postRoom(IN, 8);
		rig.kick(IN);
		assertEquals(List.of(), rig.readRaw(IN));
		rig.send(1, ControlEvent.PORT_OPEN, 1);
		rig.run();
		assertEquals(List.of("abc"), rig.readRaw(IN));
		give(port, "def");
		rig.postRoom(IN, 8);
		rig.kick(IN);
		assertEquals(List.of("def"), rig.readRaw(IN));
	}

	@Test
	void s44_s45_endOfThrottling_goesOnLaterAndOnce() throws Exception {
		var port = rig.port();
		port.allowance = 1;
		rig.write(OUT, "abc");
		port.allowance = 100;
		port.guest.writable();
		port.guest.writable();
		assertEquals("a", port.taken.toString(), "not within the call");
		rig.run();
		assertEquals("abc", port.taken.toString());
		assertEquals(1, rig.drain(OUT));
	}

	@Test
	void s45_throttledTwice_isThrottledOnce() throws Exception {
		var port = rig.port();
		port.allowance = 1;
		rig.write(OUT, "abc");
		port.guest.writable();
		rig.run();
		assertTrue(rig.info(1).throttled());
		port.allowance = 100;
		port.guest.writable();
		rig.run();
		assertFalse(rig.info(1).throttled());
		assertEquals("abc", port.taken.toString());
	}

	@Test
	void s47_close_endsThrottlingDiscardsAndTells() throws Exception {
		var port = rig.port();
		port.allowance = 1;
		rig.write(OUT, "abc");
		rig.write(OUT, "def");
		port.guest.close();
		rig.run();
		assertEquals(2, rig.drain(OUT));
		assertEquals(5, rig.info(1).traffic().lost());
		assertFalse(rig.info(1).throttled());
		assertEquals(List.of("PORT_OPEN 1 0"), rig.received());
	}

	/** And what is left comes with the next turns, for which nobody asks. */
	@Test
	void turn_hostStreams_goesOnAfterItsBudget() throws Exception {
		var port = rig.port();
		for (int i = 0; i < 10; i++)
			rig.postRoom(IN, 64 * 1024);
		port.toGive = "x".repeat(600_000);
		port.guest.readable();
		rig.turnOnce();
		assertEquals(GuestToHost.BYTES_PER_TURN, rig.info(1).traffic().toGuest());
		rig.run();
		assertEquals(600_000, rig.info(1).traffic().toGuest());
	}

	/** A port that streams does not starve one that types: after its budget it is the other's turn. */
	@Test
	void turn_portStreams_endsAfterItsBudget() throws Exception {
		var stream = rig.port();
		var typist = rig.plugged("b", 2);
		rig.bootGuest();
		var seen = new ArrayList<String>();
		for (int i = 0; i < DeviceRig.RING; i++)
			rig.rings.get(OUT).add(List.of(rig.ram.allocate(64 * 1024, 1)), List.of());
		stream.duringGuestData = () -> seen.add("stream");
		typist.duringGuestData = () -> seen.add("typist");
		rig.rings.get(7).add(List.of(rig.ram.allocate(1, 1)), List.of());
		for (int i = 0; i < 100; i++)
			rig.device.kick(OUT); // is no second turn
		rig.kick(7);
		long before = GuestToHost.BYTES_PER_TURN / (64 * 1024);
		assertEquals(before, seen.indexOf("typist"), seen.toString());
		assertEquals(DeviceRig.RING + 1, seen.size());
	}
}
