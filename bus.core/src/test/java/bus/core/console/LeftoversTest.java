package bus.core.console;

import static bus.core.console.DeviceRig.OUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import bus.core.virtio.RingKind;
import bus.core.virtio.RingPosition;
import guest.driver.DriverRing;

/** What one driver, one client or one machine leaves behind never reaches the next. */
@ParameterizedClass
@MethodSource("bus.core.virtio.RingKind#all")
class LeftoversTest {
	private final DeviceRig rig;

	LeftoversTest(RingKind kind) {
		rig = new DeviceRig(kind, 4);
	}

	@AfterEach
	void close() {
		rig.close();
	}

	private RecordingPort throttledAfter(int bytes) throws Exception {
		var port = rig.plugged("a", 1);
		rig.bootGuest();
		port.allowance = bytes;
		return port;
	}

	@Test
	void s51_freshDriver_sameBaseAsTheLastOne_isReadFromItsFirstByte() throws Exception {
		var port = throttledAfter(1);
		rig.write(OUT, "abc");
		var positions = new ArrayList<>(rig.stopDriver());
		assertEquals(new RingPosition(RingPosition.start(rig.kind.features()).next(), 1), positions.get(OUT));
		positions.set(ControlChannel.TRANSMITQ, RingPosition.start(rig.kind.features()));
		port.allowance = 100;
		port.guest.writable();
		rig.startDriver(ConsoleDevice.F_MULTIPORT | rig.kind.features(), positions);
		rig.write(OUT, "xyz");
		assertEquals("axyz", port.taken.toString());
	}

	@Test
	void s54_oneQueue_stoppedAndStartedAlone_goesOnAtTheByte() throws Exception {
		var port = throttledAfter(1);
		rig.write(OUT, "abc");
		var position = rig.device.stop(OUT);
		port.allowance = 100;
		port.guest.writable();
		rig.kick(OUT);
		assertEquals("a", port.taken.toString(), "a queue that is stopped is not touched");
		rig.start(OUT, position);
		rig.run();
		assertEquals("abc", port.taken.toString());
	}

	@Test
	void s47_hostClosedAndOpenedAtOnce_whatWasWrittenBefore_isDiscardedAndCounted() throws Exception {
		var port = throttledAfter(1);
		rig.write(OUT, "abc");
		rig.write(OUT, "def");
		port.allowance = 100;
		port.guest.close();
		port.guest.open();
		rig.run();
		assertEquals("a", port.taken.toString(), "that was for the client before");
		assertEquals(2, rig.drain(OUT));
		assertEquals(5, rig.info(1).traffic().lost());
		rig.write(OUT, "xyz");
		assertEquals("axyz", port.taken.toString());
	}

	@Test
	void s43_s47_hostClosedAndOpenedInItsOwnCall_restOfTheBatch_isDiscarded() throws Exception {
		var port = throttledAfter(2);
		port.duringGuestData = () -> {
			port.guest.close();
			port.guest.open();
			port.duringGuestData = () -> {
			};
		};
		rig.write(OUT, "abc");
		port.allowance = 100;
		rig.write(OUT, "xyz");
		assertEquals("abxyz", port.taken.toString());
		assertFalse(rig.info(1).throttled());
	}

	@Test
	void s47_hostClosedAndOpenedDuringAPause_restOfTheBuffer_isNotForTheNextClient() throws Exception {
		var port = throttledAfter(1);
		rig.write(OUT, "abc");
		var positions = rig.stopDriver();
		port.guest.close();
		port.guest.open();
		startAll(positions);
		port.allowance = 100;
		port.guest.writable();
		rig.run();
		assertEquals("a", port.taken.toString());
		assertEquals(1, rig.drain(OUT));
		rig.write(OUT, "for the next");
		assertEquals("afor the next", port.taken.toString());
		port.allowance = 1;
		rig.write(OUT, "xyz");
		startAll(rig.stopDriver());
		port.allowance = 100;
		port.guest.writable();
		rig.run();
		assertEquals("afor the nextxyz", port.taken.toString(), "a further pause is nothing to it");
	}

	private void startAll(List<RingPosition> positions) {
		for (int queue = 0; queue < positions.size(); queue++)
			rig.start(queue, positions.get(queue));
	}

	@Test
	void s47_hostClosedAndOpened_pausedBeforeTheQueuesTurn_restOfTheBuffer_isNotForTheNextClient() throws Exception {
		var port = throttledAfter(1);
		rig.write(OUT, "abc");
		port.guest.close();
		port.guest.open();
		var positions = rig.stopDriver();
		for (int queue = 0; queue < positions.size(); queue++)
			rig.start(queue, positions.get(queue));
		assertOnlyTheNextClientsReaches(port);
	}

	@Test
	void s47_hostClosedAndOpened_memoryChangedBeforeTheQueuesTurn_restOfTheBuffer_isNotForTheNextClient() throws Exception {
		var port = throttledAfter(1);
		rig.write(OUT, "abc");
		port.guest.close();
		port.guest.open();
		rig.replace(OUT);
		assertOnlyTheNextClientsReaches(port);
	}

	private void assertOnlyTheNextClientsReaches(RecordingPort port) {
		port.allowance = 100;
		rig.write(OUT, "for the next"); // before the queue has had its turn
		assertEquals("afor the next", port.taken.toString());
		assertEquals(2, rig.drain(OUT));
	}

	@Test
	void hostClosedBeforeAFreshDriver_itsData_isNotDiscarded() throws Exception {
		var port = throttledAfter(1);
		rig.write(OUT, "abc");
		rig.stopDriver();
		port.guest.close();
		port.guest.open();
		port.allowance = 100;
		for (int queue = 0; queue < rig.device.queueCount(); queue++)
			rig.rings.put(queue, DriverRing.create(rig.ram, DeviceRig.RING, rig.kind.features()));
		rig.write(OUT, "xyz"); // before its queues are started
		startAll(Collections.nCopies(rig.device.queueCount(), RingPosition.start(rig.kind.features())));
		rig.run();
		assertEquals("axyz", port.taken.toString());
	}

	@Test
	void s55_s56_unpluggedAndPluggedAtOnce_nextPort_getsNothingOfTheFirst() throws Exception {
		var port = throttledAfter(1);
		rig.write(OUT, "abc");
		rig.bus.unplug(port);
		var next = new RecordingPort();
		next.opensItself = true;
		rig.plug("a", 1, false, next);
		rig.run();
		assertEquals("", next.taken.toString());
		rig.write(OUT, "xyz");
		assertEquals("xyz", next.taken.toString());
	}

	@Test
	void brokenQueue_ofAMachineThatHasGone_isNotTheNextOnes() throws Exception {
		rig.bootGuest();
		rig.lie(OUT);
		rig.kick(OUT);
		assertTrue(rig.device.isBroken());
		rig.stopDriver();
		rig.device.disconnect();
		assertFalse(rig.device.isBroken());
	}

	@Test
	void featuresChangedWhileRunning_deviceStopsAllTheSame() throws Exception {
		var port = rig.plugged("a", 1);
		rig.bootGuest();
		for (int queue = 0; queue < rig.device.queueCount(); queue++)
			if (queue != ControlChannel.TRANSMITQ)
				rig.device.stop(queue);
		rig.device.features(0);
		rig.device.stop(ControlChannel.TRANSMITQ); // which decides no more
		rig.device.disconnect();
		rig.run();
		assertFalse(rig.device.isRunning());
		assertEquals(List.of("running false", "closed"), port.calls.subList(port.calls.size() - 2, port.calls.size()));
	}

	@Test
	void s29_controlMessages_ofTheDriverBefore_areForgotten() throws Exception {
		rig.plugged("a", 1);
		rig.startDriver();
		rig.send(-1, ControlEvent.DEVICE_READY, 1); // no buffer for the answer
		rig.stopDriver();
		rig.startDriver();
		rig.postControl(2, 64);
		assertEquals(List.of(), rig.received());
	}
}
