package bus.core.console;

import static bus.core.console.DeviceRig.OUT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import bus.core.virtio.Feature;
import bus.core.virtio.RingKind;

/** A guest that was to move stays; the numbers are those of the statements about QEMU's bus. */
@ParameterizedClass
@MethodSource("bus.core.virtio.RingKind#all")
class SaveOrLoadFailsTest {
	/** Of a bus with a port that there is not here. */
	private static final DeviceState OTHER = new DeviceState(Feature.VERSION_1 | ConsoleDevice.F_MULTIPORT, 3, false,
			List.of(new DeviceState.Port(2, false, true, true, true, -1, 0)), List.of(),
			List.of(ControlMessage.encode(2, ControlEvent.PORT_ADD, 1)));

	private final DeviceRig rig;

	SaveOrLoadFailsTest(RingKind kind) {
		rig = new DeviceRig(kind, 4);
	}

	@AfterEach
	void close() {
		rig.close();
	}

	private void refuse() {
		String why = assertThrows(StateRefusedException.class, () -> rig.device.load(OTHER)).getMessage();
		assertTrue(why.startsWith("port 2 of the state is not plugged here"), why);
	}

	/** Saved in vain, and given another machine's state: the guest has a half-consumed buffer and lacks an answer. */
	@Test
	void s73_savedAndRefusedAnother_guestGoesOnAsIfNothingHadBeen() throws Exception {
		var port = rig.plugged("a", 1);
		rig.startDriver();
		rig.send(-1, ControlEvent.DEVICE_READY, 1);
		rig.send(1, ControlEvent.PORT_READY, 1);
		rig.send(1, ControlEvent.PORT_OPEN, 1);
		port.allowance = 2;
		rig.write(OUT, "abc");
		var positions = rig.stopDriver();
		rig.device.save();
		refuse();
		port.allowance = 100;
		port.guest.writable();
		rig.resumeDriver(positions);
		rig.postControl(DeviceRig.RING, 64);
		assertEquals("abc", port.taken.toString());
		assertEquals(List.of("PORT_ADD 1 1", "PORT_NAME 1 1 a", "PORT_OPEN 1 1"), rig.received());
		assertTrue(rig.info(1).guestOpen());
		assertEquals(List.of("running true", "ready", "opened", "running false", "running true"), port.calls);
		var ports = new byte[4];
		rig.device.readConfig(4, ports);
		assertArrayEquals(new byte[] { 4, 0, 0, 0 }, ports);
	}

	@Test
	void s73_refusedBeforeAnythingIsNegotiated_nothingIs() throws Exception {
		rig.plugged("a", 1);
		refuse();
		assertEquals(0, rig.device.features());
		assertTrue(rig.device.save().messages().isEmpty());
	}
}
