package bus.core.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import bus.core.console.DeviceSettings.ResizeOrder;
import bus.core.virtio.RingKind;

/** The control channel towards the driver; the numbers are those of the statements about QEMU's bus. */
@ParameterizedClass
@MethodSource("bus.core.virtio.RingKind#all")
class AnswersTest {
	private final DeviceRig rig;

	AnswersTest(RingKind kind) {
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
	void s24_portReadyOfClosedNamelessPort_isAnsweredByNothing() throws Exception {
		rig.plug("", 1, false, new RecordingPort());
		start();
		rig.send(1, ControlEvent.PORT_READY, 1);
		assertEquals(List.of(), rig.received());
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
		try (var log = new LogLines()) {
			for (int i = 0; i < ControlChannel.BACKLOG + 100; i++)
				rig.send(-1, ControlEvent.DEVICE_READY, 1);
			assertEquals(1, log.texts.size(), log.texts.toString());
		}
		int received = 0;
		rig.postControl(DeviceRig.RING, 64);
		for (int n = rig.received().size(); n > 0; n = rig.received().size())
			received += n;
		assertEquals(ControlChannel.BACKLOG, received);
	}

	/** Who drags a window's corner must not take the room of other ports' messages. */
	@Test
	void sizes_thatWait_onlyTheLastIsKept() throws Exception {
		var port = rig.plugged("", 0);
		var other = rig.plugged("a", 1);
		rig.startDriver();
		rig.send(0, ControlEvent.PORT_READY, 1);
		rig.send(1, ControlEvent.PORT_READY, 1);
		for (int i = 0; i < 2 * ControlChannel.BACKLOG; i++)
			port.guest.resize(80, 25 + i % 2);
		other.guest.close();
		rig.postControl(DeviceRig.RING, 64);
		var received = rig.received();
		assertEquals(List.of("RESIZE 0 0 80x26", "PORT_OPEN 1 0"), received.subList(received.size() - 2, received.size()));
		assertEquals(1, received.stream().filter(it -> it.startsWith("RESIZE")).count(), received.toString());
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
}
