package bus.core.console;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import bus.core.console.DeviceSettings.ResizeOrder;
import bus.core.virtio.Feature;
import bus.core.virtio.RingKind;

/** The control channel; the numbers are those of the statements about QEMU's bus. */
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
	void s13_plugWhileRunning_announcesAtOnce() throws Exception {
		start();
		rig.send(-1, ControlEvent.DEVICE_READY, 1);
		rig.plugged("a", 1);
		rig.run();
		assertEquals(List.of("PORT_ADD 1 1"), rig.received());
		assertEquals(0, rig.configChanges);
	}

	@Test
	void s24_portReadyOfConsole_isAnsweredInOrder() throws Exception {
		var port = rig.plugged("con", 0);
		port.guest.resize(80, 25);
		start();
		rig.send(0, ControlEvent.PORT_READY, 1);
		assertEquals(List.of("CONSOLE_PORT 0 1", "RESIZE 0 0 80x25", "PORT_NAME 0 1 con", "PORT_OPEN 0 1"),
				rig.received());
		assertEquals(List.of("running true", "ready"), port.calls);
	}

	@Test
	void s24_portHearsOfIt_afterTheGuest() throws Exception {
		var port = new RecordingPort();
		port.duringGuestReady = () -> port.guest.open();
		rig.plug("con", 0, true, port);
		start();
		rig.send(0, ControlEvent.PORT_READY, 1);
		assertEquals(List.of("CONSOLE_PORT 0 1", "PORT_NAME 0 1 con", "PORT_OPEN 0 1"), rig.received());
	}

	@Test
	void s24_nulNames_areSentAsQemuSendsThem() throws Exception {
		try (var nul = new DeviceRig(RingKind.USUAL, new DeviceSettings(4, 0, ResizeOrder.SPEC, true), new PortNames())) {
			nul.plug("org.example", 1, false, new RecordingPort());
			nul.startDriver();
			nul.postControl(DeviceRig.RING, 64);
			nul.send(1, ControlEvent.PORT_READY, 1);
			assertEquals(List.of("PORT_NAME 1 1 org.example\0"), nul.received());
		}
	}

	@Test
	void resize_legacyOrder_hasRowsFirst() throws Exception {
		try (var legacy = new DeviceRig(RingKind.USUAL, new DeviceSettings(4, 0, ResizeOrder.LEGACY, false), new PortNames())) {
			assertTrue((legacy.device.offeredFeatures() & ConsoleDevice.F_SIZE) != 0);
			assertEquals(List.of("RESIZE 0 0 25x80"), sizesTold(legacy));
		}
	}

	@Test
	void resize_off_isNeitherOfferedNorSent() throws Exception {
		try (var silent = new DeviceRig(RingKind.USUAL, new DeviceSettings(4, 0, ResizeOrder.OFF, false), new PortNames())) {
			assertEquals(0, silent.device.offeredFeatures() & ConsoleDevice.F_SIZE);
			assertEquals(List.of(), sizesTold(silent));
			var space = new byte[4];
			silent.device.readConfig(0, space);
			assertArrayEquals(new byte[4], space);
		}
	}

	private static List<String> sizesTold(DeviceRig device) throws Exception {
		var port = device.plugged("con", 0);
		device.bootGuest();
		port.guest.resize(80, 25);
		device.run();
		return device.received();
	}

	@Test
	void s24_portReadyOfClosedNamelessPort_isAnsweredByNothing() throws Exception {
		rig.plug("", 1, false, new RecordingPort());
		start();
		rig.send(1, ControlEvent.PORT_READY, 1);
		assertEquals(List.of(), rig.received());
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
	void s28_s31_answersToOneMessage_oneBufferEachAndOneCall() throws Exception {
		rig.plugged("con", 0);
		start();
		rig.calls.clear();
		rig.send(0, ControlEvent.PORT_READY, 1);
		assertEquals(1, rig.calls.get(ControlChannel.RECEIVEQ));
		assertEquals(3, rig.readRaw(ControlChannel.RECEIVEQ).size());
	}

	@Test
	void s32_message_isLittleEndian() throws Exception {
		var port = rig.plugged("", 0);
		start();
		rig.sendRaw(new byte[] { 0, 0, 0, 0, 6, 0, 1, 0 });
		assertEquals(List.of("running true", "opened"), port.calls);
		rig.sendRaw(new byte[] { 0, 0, 0, 0, 3, 0, 1, 0 });
		port.guest.resize(0x102, 0x304);
		rig.run();
		assertEquals(List.of("\0\0\0\0\4\0\1\0", "\0\0\0\0\6\0\1\0", "\0\0\0\0\5\0\0\0\2\1\4\3"),
				rig.readRaw(ControlChannel.RECEIVEQ));
	}

	@Test
	void s29_noControlBuffer_messageWaitsForOne() throws Exception {
		rig.plugged("a", 1);
		rig.startDriver();
		rig.send(-1, ControlEvent.DEVICE_READY, 1);
		rig.send(1, ControlEvent.PORT_READY, 1);
		rig.postControl(1, 64);
		assertEquals(List.of("PORT_ADD 1 1"), rig.received());
		assertEquals(List.of("PORT_NAME 1 1 a"), rig.received());
		assertEquals(List.of("PORT_OPEN 1 1"), rig.received());
	}

	@Test
	void s29_backlogOfAnOldDriver_isNotForTheNewOne() throws Exception {
		rig.plugged("a", 1);
		rig.startDriver();
		rig.send(-1, ControlEvent.DEVICE_READY, 1);
		rig.stopDriver();
		rig.startDriver();
		rig.postControl(4, 64);
		assertEquals(List.of(), rig.received());
	}

	@Test
	void s29_backlog_isCapped() throws Exception {
		rig.plugged("a", 1);
		rig.startDriver();
		for (int i = 0; i < ControlChannel.BACKLOG + 100; i++)
			rig.send(-1, ControlEvent.DEVICE_READY, 1);
		int received = 0;
		rig.postControl(DeviceRig.RING, 64);
		for (int n = rig.received().size(); n > 0; n = rig.received().size())
			received += n;
		assertEquals(ControlChannel.BACKLOG, received);
	}

	@Test
	void s30_s28_shortControlBuffer_getsWhatFits_andTheNextOneTheNextMessage() throws Exception {
		rig.plugged("a-long-name", 1);
		rig.startDriver();
		rig.postControl(4, 10);
		try (var log = new LogLines()) {
			rig.send(1, ControlEvent.PORT_READY, 1);
			assertEquals(List.of("bus vm1: the guest's control buffer has 10 bytes, a message of 19 was cut"), log.texts);
		}
		assertEquals(List.of("PORT_NAME 1 1 a-", "PORT_OPEN 1 1"), rig.received());
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
	void s46_openAndClose_areToldOnceEach() throws Exception {
		var port = rig.plugged("a", 1);
		rig.bootGuest();
		port.guest.open();
		port.guest.close();
		port.guest.close();
		port.guest.open();
		rig.run();
		assertEquals(List.of("PORT_OPEN 1 0", "PORT_OPEN 1 1"), rig.received());
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
