package bus.core.console;

import static bus.core.console.DeviceRig.IN;
import static bus.core.console.DeviceRig.OUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import bus.core.virtio.RingKind;

/** Ports go; the numbers are those of the statements about QEMU's bus. */
@ParameterizedClass
@MethodSource("bus.core.virtio.RingKind#all")
class UnplugTest {
	/** No open descriptor has such a number. */
	private static final int FIRST = 1_000_000;
	private static final int SECOND = 1_000_001;

	private final DeviceRig rig;

	UnplugTest(RingKind kind) {
		rig = new DeviceRig(kind, 4);
	}

	@AfterEach
	void close() {
		rig.close();
	}

	@Test
	void s55_unplug_isToldAndWithoutConfigInterrupt() throws Exception {
		var port = rig.port();
		rig.bus.unplug(port);
		rig.run();
		assertEquals(List.of("PORT_REMOVE 1 1"), rig.received());
		assertEquals(0, rig.configChanges);
	}

	@Test
	void s55_unplug_givesBackWhatTheGuestHasWritten_thenSaysSo_andLeavesItsRoom() throws Exception {
		var port = rig.port();
		port.allowance = 1;
		rig.write(OUT, "abc");
		rig.write(OUT, "def");
		rig.postRoom(IN, 8);
		rig.kick(IN);
		rig.calls.clear();
		rig.bus.unplug(port);
		rig.run();
		assertEquals(List.of(OUT, ControlChannel.RECEIVEQ), List.copyOf(rig.calls.keySet()));
		assertEquals(2, rig.drain(OUT), "the half-consumed one, too");
		assertEquals(0, rig.drain(IN));
		assertEquals("a", port.taken.toString());
	}

	@Test
	void s56_afterwards_itsQueueAndItsMessages_leadNowhere() throws Exception {
		var port = rig.port();
		rig.bus.unplug(port);
		rig.run();
		assertEquals(List.of("PORT_REMOVE 1 1"), rig.received());
		port.calls.clear();
		rig.write(OUT, "abc");
		assertEquals(1, rig.drain(OUT));
		rig.send(1, ControlEvent.PORT_READY, 1);
		rig.send(1, ControlEvent.PORT_OPEN, 1);
		rig.send(-1, ControlEvent.DEVICE_READY, 1);
		assertEquals(List.of(), rig.received());
		assertEquals(List.of(), port.calls);
		assertEquals("", port.taken.toString());
	}

	@Test
	void s57_unplugWhileThrottled_givesTheBufferBack() throws Exception {
		var port = rig.port();
		port.allowance = 1;
		rig.write(OUT, "abc");
		rig.bus.unplug(port);
		port.guest.writable();
		rig.run();
		assertEquals(1, rig.drain(OUT));
		assertEquals("a", port.taken.toString());
	}

	@Test
	void s57_afterwards_whatThePortAsksFor_isNotDone() throws Exception {
		var port = rig.port();
		rig.bus.unplug(port);
		rig.run();
		assertEquals(List.of("PORT_REMOVE 1 1"), rig.received());
		port.calls.clear();
		port.guest.open();
		port.guest.readable();
		port.guest.writable();
		port.guest.resize(80, 25);
		port.guest.execute(() -> port.calls.add("executed"));
		port.guest.watch(FIRST, () -> port.calls.add("watched"));
		port.guest.attach(FIRST);
		port.guest.close();
		rig.run();
		assertEquals(List.of(), port.calls);
		assertEquals(List.of(), rig.received());
		assertTrue(rig.watches.isEmpty(), rig.watches.toString());
	}

	@Test
	void s57_tasksThatWait_areNotDone() throws Exception {
		var port = rig.port();
		var waiting = new ArrayList<Runnable>();
		rig.later = waiting;
		rig.offLoop(() -> {
			port.guest.open();
			port.guest.execute(() -> port.calls.add("executed"));
			port.guest.writable();
		});
		rig.later = null;
		rig.bus.unplug(port);
		port.calls.clear();
		waiting.forEach(Runnable::run);
		rig.run();
		assertEquals(List.of(), port.calls);
	}

	@Test
	void s57_unpluggedWithADescriptor_nothingIsWatched() throws Exception {
		var port = rig.port();
		port.guest.attach(FIRST);
		port.guest.watch(SECOND, () -> port.calls.add("watched"));
		rig.bus.unplug(port);
		assertTrue(rig.watches.isEmpty(), rig.watches.toString());
	}
}
