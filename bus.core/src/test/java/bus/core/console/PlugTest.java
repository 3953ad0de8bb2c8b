package bus.core.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import bus.api.GuestPort;
import bus.api.PortRefusedException;
import bus.api.PortRequest;
import bus.core.virtio.RingKind;

/** Plugging; the numbers are those of the statements about QEMU's bus. */
class PlugTest {
	private final DeviceRig rig = new DeviceRig(4);

	@AfterEach
	void close() {
		rig.close();
	}

	private String refusal(String name, int id, boolean console) {
		int before = rig.bus.ports().size();
		var port = new RecordingPort();
		var e = assertThrows(PortRefusedException.class, () -> rig.plug(name, id, console, port));
		assertEquals(before, rig.bus.ports().size(), "nothing else changes");
		assertEquals(0, port.plugged, "s09: the port's own checks come last");
		return e.getMessage();
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, 0, 128 })
	void s01_ports_outOfRange_isRefused(int ports) {
		var e = assertThrows(IllegalArgumentException.class, () -> new DeviceRig(ports));
		assertEquals("ports=" + ports + ", allowed: 1 to 127", e.getMessage());
	}

	@Test
	void s03_multiport_onlyWithMoreThanOnePort() {
		assertTrue((rig.device.offeredFeatures() & ConsoleDevice.F_MULTIPORT) != 0);
		try (var single = new DeviceRig(1); var two = new DeviceRig(2)) {
			assertEquals(0, single.device.offeredFeatures() & ConsoleDevice.F_MULTIPORT);
			assertTrue((two.device.offeredFeatures() & ConsoleDevice.F_MULTIPORT) != 0);
		}
	}

	@Test
	void s06_consoleWithoutId_takesZeroThenTheLowestFree() throws Exception {
		assertEquals(0, rig.plug("a", PortRequest.ANY_ID, true, new RecordingPort()).id());
		assertEquals(1, rig.plug("b", PortRequest.ANY_ID, true, new RecordingPort()).id());
	}

	@Test
	void s06_portWithoutId_takesTheLowestThatIsFreeAgain() throws Exception {
		var ports = List.of(rig.plugged("a", 1), rig.plugged("b", 2), rig.plugged("c", 3));
		rig.bus.unplug(ports.get(1));
		assertEquals(2, rig.plug("d", PortRequest.ANY_ID, false, new RecordingPort()).id());
		rig.bus.unplug(ports.getFirst());
		assertEquals(0, rig.plug("e", PortRequest.ANY_ID, true, new RecordingPort()).id());
		assertEquals(1, rig.plug("f", PortRequest.ANY_ID, true, new RecordingPort()).id());
	}

	@Test
	void s05_portWithoutId_neverTakesZero() throws Exception {
		assertEquals(1, rig.plug("a", PortRequest.ANY_ID, false, new RecordingPort()).id());
		rig.bus.unplug(rig.plugged("con", 0));
		assertEquals(2, rig.plug("b", PortRequest.ANY_ID, false, new RecordingPort()).id(), "nor after it was a console's");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 2 })
	void s07_duplicateId_isRefused(int id) throws Exception {
		rig.plug("a", id, true, new RecordingPort());
		assertEquals("virtio-serial-bus: A port already exists at id " + id, refusal("b", id, true));
	}

	@Test
	void s08_duplicateName_isRefused() throws Exception {
		rig.plug("org.example", 1, false, new RecordingPort());
		assertEquals("virtio-serial-bus: A port already exists by name org.example",
				refusal("org.example", 2, false));
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void s15_busClosedWhileItPlugs_nameIsFreeForItsNextBus(boolean fails) throws Exception {
		var names = new PortNames();
		try (var first = new DeviceRig(RingKind.USUAL, DeviceSettings.of(4), names)) {
			var port = new RecordingPort() {
				@Override
				public void plugged(GuestPort half) {
					first.ended = true;
					if (fails)
						throw new IllegalStateException("it does not work");
				}
			};
			assertThrows(Exception.class, () -> first.plug("org.example", 1, false, port));
		}
		try (var next = new DeviceRig(RingKind.USUAL, DeviceSettings.of(4), names)) {
			assertEquals(1, next.plug("org.example", 1, false, new RecordingPort()).id());
		}
	}

	@Test
	void s08_nameOnAnotherBusOfTheMachine_isRefusedUntilItIsFree() throws Exception {
		var names = new PortNames();
		try (var one = new DeviceRig(RingKind.USUAL, "one", DeviceSettings.of(4), names);
				var two = new DeviceRig(RingKind.USUAL, "two", DeviceSettings.of(4), names)) {
			var first = new RecordingPort();
			one.plug("org.example", 1, false, first);
			var e = assertThrows(PortRefusedException.class,
					() -> two.plug("org.example", 2, false, new RecordingPort()));
			assertEquals("virtio-serial-bus: A port already exists by name org.example (on bus one of the same vm)",
					e.getMessage());
			one.bus.unplug(first);
			assertEquals(2, two.plug("org.example", 2, false, new RecordingPort()).id());
		}
	}

	@Test
	void s08_nameOnTheBusOfAnotherMachine_isItsOwn() throws Exception {
		rig.plug("org.example", 1, false, new RecordingPort());
		try (var other = new DeviceRig(4)) {
			assertEquals(1, other.plug("org.example", 1, false, new RecordingPort()).id());
		}
	}

	@Test
	void s08_portsWithoutName_mayBeMany() throws Exception {
		rig.plug("", 1, false, new RecordingPort());
		rig.plug("", 2, false, new RecordingPort());
		assertEquals(2, rig.bus.ports().size());
	}

	@Test
	void s09_idBeforeName_inTheChecks() throws Exception {
		rig.plug("a", 1, false, new RecordingPort());
		assertEquals("virtio-serial-bus: A port already exists at id 1", refusal("a", 1, false));
	}

	@Test
	void s09_nameBeforeLimitAndRange_inTheChecks() throws Exception {
		rig.plug("a", 1, false, new RecordingPort());
		assertEquals("virtio-serial-bus: A port already exists by name a", refusal("a", 4711, false));
		rig.plug("", 2, false, new RecordingPort());
		rig.plug("", 3, false, new RecordingPort());
		assertEquals("virtio-serial-bus: A port already exists by name a", refusal("a", PortRequest.ANY_ID, false));
	}

	@ParameterizedTest
	@ValueSource(ints = { 4, 126, 4711, -2 })
	void s10_idOutOfRange_isRefused(int id) {
		assertTrue(refusal("a", id, false)
				.startsWith("virtio-serial-bus: Out-of-range port id specified, max. allowed: 3"));
	}

	@Test
	void s11_fullBus_saysSo() throws Exception {
		for (int i = 0; i < 3; i++)
			rig.plug("", PortRequest.ANY_ID, false, new RecordingPort());
		assertTrue(refusal("", PortRequest.ANY_ID, false)
				.startsWith("virtio-serial-bus: Maximum port limit for this device reached"));
	}

	@Test
	void s12_serialPortAtZero_isRefused() {
		assertEquals("Port number 0 on virtio-serial devices reserved for virtconsole devices for backward"
				+ " compatibility.", refusal("a", 0, false));
	}

	@Test
	void s15_failedPlug_leavesNoTrace() throws Exception {
		var broken = new RecordingPort();
		broken.plugFailure = new IllegalStateException("path=/x: no such folder");
		var e = assertThrows(PortRefusedException.class, () -> rig.plug("a", 1, false, broken));
		assertEquals("path=/x: no such folder", e.getMessage());
		assertEquals(1, rig.plug("a", 1, false, new RecordingPort()).id());
	}

	@Test
	void s15_failedPlug_whileTheGuestRuns_isNothingToTheGuest() throws Exception {
		rig.bootGuest();
		var broken = new RecordingPort();
		broken.plugFailure = new IllegalStateException("on purpose");
		refusal("a", 0, false);
		assertThrows(PortRefusedException.class, () -> rig.plug("a", 1, false, broken));
		rig.run();
		assertEquals(List.of(), rig.received());
	}

	@Test
	void s15_plugRefusedForItsId_leavesTheNameFree() throws Exception {
		refusal("a", 4711, false);
		refusal("a", 0, false);
		assertEquals(1, rig.plug("a", 1, false, new RecordingPort()).id());
	}

	@Test
	void s56_unplugged_idAndNameAreFreeAtOnce() throws Exception {
		var first = rig.plugged("a", 1);
		rig.bus.unplug(first);
		assertTrue(first.calls.contains("unplugged"));
		assertEquals(1, rig.plug("a", 1, false, new RecordingPort()).id());
		assertEquals(1, rig.bus.ports().size());
	}

	@Test
	void plug_moreFewerQueuesThanPorts_showsTheRemedy() throws Exception {
		rig.device.usePorts(2);
		assertEquals("port 3 is beyond the queues that the virtual machine gave; it needs num_vqs=10",
				rig.plug("a", 3, false, new RecordingPort()).problem());
	}
}
