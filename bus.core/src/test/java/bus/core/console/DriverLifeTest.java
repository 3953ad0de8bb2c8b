package bus.core.console;

import static bus.core.console.DeviceRig.IN;
import static bus.core.console.DeviceRig.OUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import bus.core.virtio.RingKind;
import bus.core.virtio.RingPosition;

/** Drivers come, go and stand still; the numbers are those of the statements about QEMU's bus. */
@ParameterizedClass
@MethodSource("bus.core.virtio.RingKind#all")
class DriverLifeTest {
	private final DeviceRig rig;

	DriverLifeTest(RingKind kind) {
		rig = new DeviceRig(kind, 4);
	}

	@AfterEach
	void close() {
		rig.close();
	}

	// ---- come and go

	@Test
	void s51_s52_freshDriver_forgetsOpenAndOffset() throws Exception {
		var port = rig.port();
		port.allowance = 1;
		rig.write(OUT, "abc");
		rig.stopDriver();
		port.allowance = 100;
		rig.bootGuest();
		assertTrue(port.calls.contains("closed"));
		assertTrue(rig.info(1).throttled(), "s52: throttling survives a reset");
		port.guest.writable();
		rig.write(OUT, "xyz");
		assertEquals("axyz", port.taken.toString());
	}

	@Test
	void s52_hostOpenedWhileThereWasNoDriver_nextOneIsTold() throws Exception {
		var port = new RecordingPort();
		rig.plug("a", 1, false, port);
		rig.bootGuest();
		rig.stopDriver();
		port.guest.open();
		rig.startDriver();
		rig.postControl(DeviceRig.RING, 64);
		rig.send(1, ControlEvent.PORT_READY, 1);
		assertEquals(List.of("PORT_NAME 1 1 a", "PORT_OPEN 1 1"), rig.received());
	}

	@Test
	void s51_freshDriver_isToldToPortsThatWereOpen_andToNoOther() throws Exception {
		var never = rig.plugged("b", 2);
		var port = rig.port();
		rig.send(2, ControlEvent.PORT_OPEN, 0);
		port.calls.clear();
		never.calls.clear();
		rig.stopDriver();
		rig.startDriver();
		assertEquals(List.of("running false", "closed", "running true"), port.calls);
		assertEquals(List.of("running false", "running true"), never.calls);
		assertFalse(port.guest.guestOpen());
	}

	@Test
	void s52_hostOpen_survivesAReset() throws Exception {
		var port = rig.port();
		rig.stopDriver();
		rig.startDriver();
		rig.postControl(DeviceRig.RING, 64);
		assertTrue(rig.info(1).hostOpen());
		rig.send(1, ControlEvent.PORT_READY, 1);
		assertEquals(List.of("PORT_NAME 1 1 a", "PORT_OPEN 1 1"), rig.received());
		rig.write(OUT, "abc");
		assertEquals("abc", port.taken.toString());
	}

	// ---- without MULTIPORT

	@Test
	void s53_withoutMultiport_portZeroIsSimplyOpen() throws Exception {
		var console = rig.plugged("con", 0);
		var other = rig.plugged("a", 1);
		rig.startWithoutMultiport();
		rig.write(1, "hello");
		rig.write(OUT, "nowhere");
		assertEquals("hello", console.taken.toString());
		assertEquals("", other.taken.toString());
		assertEquals(0, rig.drain(OUT), "nobody looks there");
		assertEquals(List.of("running true"), console.calls, "no driver has said so");
		rig.postRoom(0, 8);
		console.toGive = "key";
		console.guest.readable();
		rig.run();
		assertEquals(List.of("key"), rig.readRaw(0));
	}

	@Test
	void s53_withoutMultiport_portPluggedLater_isOpen() throws Exception {
		rig.startWithoutMultiport();
		var console = rig.plugged("con", 0);
		rig.write(1, "hello");
		assertEquals("hello", console.taken.toString());
		assertTrue(rig.info(0).guestOpen());
	}

	@Test
	void s53_withoutMultiport_twoQueuesAreEnough_andNoMessageIsSent() throws Exception {
		var console = rig.plugged("con", 0);
		rig.startWithoutMultiport();
		rig.stopDriver();
		for (int queue = 0; queue < 2; queue++)
			rig.start(queue, RingPosition.start(rig.kind.features()));
		rig.write(1, "hello");
		assertEquals("hello", console.taken.toString());
		rig.start(ControlChannel.RECEIVEQ, RingPosition.start(rig.kind.features()));
		rig.start(ControlChannel.TRANSMITQ, RingPosition.start(rig.kind.features()));
		rig.postControl(4, 64);
		rig.send(-1, ControlEvent.DEVICE_READY, 1);
		rig.send(0, ControlEvent.PORT_READY, 1);
		console.guest.close();
		console.guest.open();
		rig.run();
		assertEquals(List.of(), rig.readRaw(ControlChannel.RECEIVEQ));
	}

	// ---- stand still

	@Test
	void s54_pause_positionGivenBack_goesOnAtTheByte() throws Exception {
		var port = rig.port();
		port.allowance = 1;
		rig.write(OUT, "abc");
		var positions = rig.stopDriver();
		assertEquals(1, positions.get(OUT).offset());
		for (int queue = 0; queue < positions.size(); queue++)
			rig.start(queue, positions.get(queue));
		port.allowance = 100;
		port.guest.writable();
		rig.run();
		assertEquals("abc", port.taken.toString());
		assertFalse(port.calls.contains("closed"), "s54: a pause closes nothing");
		assertEquals(List.of("running true", "ready", "opened", "running false", "running true"), port.calls);
	}

	@Test
	void s54_paused_nothingMoves_andAllOfItWhenTheGuestGoesOn() throws Exception {
		var port = rig.port();
		rig.postRoom(IN, 8);
		var positions = rig.stopDriver();
		rig.write(OUT, "abc");
		port.toGive = "key";
		port.guest.readable();
		rig.kick(IN);
		assertEquals("", port.taken.toString());
		assertEquals(0, port.asked);
		assertEquals(List.of(), rig.readRaw(IN));
		rig.resumeDriver(positions); // which kicks nothing
		assertEquals("abc", port.taken.toString());
		assertEquals(List.of("key"), rig.readRaw(IN));
	}

	@Test
	void s54_s36_pausing_queuesThatStillRun_standStillToo() throws Exception {
		var port = rig.port();
		rig.postRoom(IN, 8);
		var position = rig.device.stop(ControlChannel.TRANSMITQ);
		rig.write(OUT, "abc");
		port.toGive = "key";
		port.guest.readable();
		rig.run();
		assertEquals("", port.taken.toString());
		assertEquals(0, port.asked, "s36: there is no driver");
		rig.start(ControlChannel.TRANSMITQ, position);
		rig.run();
		assertEquals("abc", port.taken.toString());
		assertEquals(List.of("key"), rig.readRaw(IN));
	}
}
