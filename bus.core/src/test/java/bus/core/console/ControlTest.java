package bus.core.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import bus.api.GuestPort;
import bus.core.virtio.Feature;
import bus.core.virtio.RingKind;

/** The control channel from the driver; the numbers are those of the statements about QEMU's bus. */
@ParameterizedClass
@MethodSource("bus.core.virtio.RingKind#all")
class ControlTest {
	private final DeviceRig rig;

	ControlTest(RingKind kind) {
		rig = new DeviceRig(kind, 4);
	}

	@AfterEach
	void close() {
		rig.close();
	}

	private void start() {
		rig.startDriver();
		rig.postControl(DeviceRig.RING, 64);
	}

	@Test
	void s19_s14_deviceReady_announcesPortsInPlugOrder() throws Exception {
		rig.plugged("b", 2);
		rig.plugged("a", 1);
		start();
		assertEquals(List.of(), rig.received(), "s14: nothing before DEVICE_READY");
		rig.send(-1, ControlEvent.DEVICE_READY, 1);
		assertEquals(List.of("PORT_ADD 2 1", "PORT_ADD 1 1"), rig.received());
	}

	@Test
	void s14_pluggedBeforeTheDriverIsReady_isAnnouncedWhenItIs() throws Exception {
		start();
		rig.plugged("a", 1);
		rig.run();
		assertEquals(List.of(), rig.received());
		rig.send(-1, ControlEvent.DEVICE_READY, 1);
		assertEquals(List.of("PORT_ADD 1 1"), rig.received());
	}

	@Test
	void s14_driverReadyWhileAPortIsBeingPlugged_announcedOnce() throws Exception {
		start();
		var port = new RecordingPort() {
			@Override
			public void plugged(GuestPort half) {
				rig.send(-1, ControlEvent.DEVICE_READY, 1);
				assertEquals(List.of(), rig.received(), "it may yet fail");
			}
		};
		rig.plug("a", 1, false, port);
		rig.run();
		assertEquals(List.of("PORT_ADD 1 1"), rig.received());
	}

	@Test
	void s20_deviceReadyZero_announcesNothing() throws Exception {
		rig.plugged("a", 1);
		start();
		try (var log = new LogLines()) {
			rig.send(-1, ControlEvent.DEVICE_READY, 0);
			assertEquals(List.of("virtio-serial-bus: Guest failure in adding device vm1"), log.texts);
		}
		assertEquals(List.of(), rig.received());
	}

	@Test
	void s21_deviceReadyAgain_announcesAgain() throws Exception {
		rig.plugged("a", 1);
		start();
		rig.send(-1, ControlEvent.DEVICE_READY, 1);
		rig.send(-1, ControlEvent.DEVICE_READY, 1);
		assertEquals(List.of("PORT_ADD 1 1", "PORT_ADD 1 1"), rig.received());
	}

	@Test
	void s21_deviceReadyAgain_hostsStateStays() throws Exception {
		var port = rig.plugged("a", 1);
		rig.bootGuest();
		port.allowance = 1;
		rig.write(5, "abc");
		rig.send(-1, ControlEvent.DEVICE_READY, 1);
		assertTrue(rig.info(1).hostOpen());
		assertTrue(rig.info(1).throttled());
		assertEquals(0, rig.drain(5));
		assertEquals(List.of("PORT_ADD 1 1"), rig.received());
	}

	@Test
	void s23_portReadyZero_isLoggedAndNothingSent_andThePortStays() throws Exception {
		var port = rig.plugged("a", 1);
		start();
		try (var log = new LogLines()) {
			rig.send(1, ControlEvent.PORT_READY, 0);
			assertEquals(List.of("virtio-serial-bus: Guest failure in adding port 1 for device vm1"), log.texts);
		}
		assertEquals(List.of(), rig.received());
		assertFalse(port.calls.contains("ready"));
		rig.send(1, ControlEvent.PORT_READY, 1);
		assertEquals(List.of("PORT_NAME 1 1 a", "PORT_OPEN 1 1"), rig.received());
	}

	@Test
	void s22_unknownPort_isLoggedAndIgnored() throws Exception {
		var port = rig.plugged("a", 1);
		start();
		try (var log = new LogLines()) {
			rig.send(3, ControlEvent.PORT_READY, 1);
			rig.send(-1, ControlEvent.PORT_OPEN, 1);
			rig.send(4711, ControlEvent.PORT_READY, 1);
			String text = "virtio-serial-bus: Unexpected port id %s for device vm1";
			assertEquals(List.of(text.formatted("3"), text.formatted("4294967295"), text.formatted("4711")), log.texts);
		}
		assertEquals(List.of(), rig.received());
		assertEquals(List.of("running true"), port.calls);
	}

	@Test
	void guestThatErrsWithoutEnd_fillsNoLog() {
		start();
		try (var log = new LogLines()) {
			for (int i = 0; i < 1000; i++)
				rig.send(3, ControlEvent.PORT_READY, 1);
			assertEquals(GuestLog.LINES + 1, log.texts.size());
		}
	}

	@Test
	void s25_guestOpen_isToldEachTime() throws Exception {
		var port = rig.plugged("a", 1);
		start();
		for (int value : new int[] { 1, 1, 0 }) {
			rig.send(1, ControlEvent.PORT_OPEN, value);
			assertEquals(value == 1, port.guest.guestOpen());
		}
		assertEquals(List.of("running true", "opened", "opened", "closed"), port.calls);
	}

	@Test
	void s26_otherEvents_areIgnored() throws Exception {
		var port = rig.plugged("a", 1);
		start();
		for (var event : List.of(ControlEvent.PORT_ADD, ControlEvent.PORT_REMOVE, ControlEvent.CONSOLE_PORT,
				ControlEvent.RESIZE, ControlEvent.PORT_NAME))
			rig.send(1, event, 1);
		rig.sendRaw(new byte[] { 1, 0, 0, 0, 8, 0, 1, 0 });
		rig.sendRaw(new byte[] { 1, 0, 0, 0, -1, -1, 1, 0 });
		assertEquals(List.of(), rig.received());
		assertEquals(List.of("running true"), port.calls);
	}

	@Test
	void s16_shortPacket_isIgnoredAndReturned() throws Exception {
		var port = rig.plugged("a", 1);
		start();
		rig.send(1, ControlEvent.PORT_OPEN, 1);
		var ring = rig.rings.get(ControlChannel.TRANSMITQ);
		var open = MemorySegment.ofArray(ControlMessage.encode(1, ControlEvent.PORT_OPEN, 1));
		ring.add(List.of(rig.ram.allocate(7, 1).copyFrom(open.asSlice(0, 7))), List.of());
		rig.kick(ControlChannel.TRANSMITQ);
		assertEquals(0, ring.poll().length());
		assertEquals(List.of("running true", "opened"), port.calls, "not with what the last message has left");
	}

	@Test
	void s17_longPacket_tailIsIgnored() throws Exception {
		var port = rig.plugged("a", 1);
		start();
		rig.sendRaw(Arrays.copyOf(ControlMessage.encode(1, ControlEvent.PORT_OPEN, 1), 500));
		assertTrue(port.guest.guestOpen());
	}

	@Test
	void s18_scatteredPacket_isReadAsOne() throws Exception {
		var port = rig.plugged("a", 1);
		start();
		var message = ControlMessage.encode(1, ControlEvent.PORT_OPEN, 1);
		// more than a batch has room for, where a ring of 16 can have such a chain
		var parts = new byte[rig.kind.has(Feature.INDIRECT_DESC) ? message.length + 20 : DeviceRig.RING][];
		for (int i = 0; i < parts.length; i++) // the part behind a batch is no second message either
			parts[i] = new byte[] { message[i % message.length] };
		rig.sendRaw(parts);
		assertEquals(List.of("running true", "opened"), port.calls);
	}

	@Test
	void s27_controlBuffers_comeBackWithOneCall() throws Exception {
		rig.plugged("a", 1);
		start();
		var ring = rig.rings.get(ControlChannel.TRANSMITQ);
		var tokens = new ArrayList<Integer>();
		for (int i = 0; i < 3; i++)
			tokens.add(ring.add(List.of(rig.ram.allocate(8, 1)), List.of()));
		rig.calls.clear();
		rig.kick(ControlChannel.TRANSMITQ);
		for (int token : tokens) {
			var used = ring.poll();
			assertEquals(token, used.token());
			assertEquals(0, used.length());
		}
		assertEquals(1, rig.calls.get(ControlChannel.TRANSMITQ));
	}

	@Test
	void portReady_withoutDeviceReady_isAnsweredAsAfterSuspend() throws Exception {
		rig.plugged("a", 1);
		start();
		rig.send(1, ControlEvent.PORT_READY, 1);
		assertEquals(List.of("PORT_NAME 1 1 a", "PORT_OPEN 1 1"), rig.received());
		rig.plugged("b", 2);
		rig.run();
		assertEquals(List.of("PORT_ADD 2 1"), rig.received());
	}

	@Test
	void usePorts_fewerThanConfigured_hidesThoseBeyond() throws Exception {
		rig.plugged("a", 1);
		rig.plugged("b", 3);
		rig.device.usePorts(2);
		start();
		rig.send(-1, ControlEvent.DEVICE_READY, 1);
		assertEquals(List.of("PORT_ADD 1 1"), rig.received());
		var config = new byte[12];
		rig.device.readConfig(0, config);
		assertEquals(2, config[4]);
	}
}
