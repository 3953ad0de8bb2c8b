package bus.core.console;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import bus.core.console.DeviceSettings.ResizeOrder;
import bus.core.virtio.RingKind;

/** A console's size, in the control channel or in the configuration space. */
class ResizeTest {

	private static DeviceRig rig(ResizeOrder order) {
		return new DeviceRig(RingKind.USUAL, new DeviceSettings(4, 0, order, false), new PortNames());
	}

	private static byte[] space(DeviceRig rig) {
		var space = new byte[4];
		rig.device.readConfig(0, space);
		return space;
	}

	@Test
	void resize_legacyOrder_hasRowsFirst() throws Exception {
		try (var legacy = rig(ResizeOrder.LEGACY)) {
			assertTrue((legacy.device.offeredFeatures() & ConsoleDevice.F_SIZE) != 0);
			assertEquals(List.of("RESIZE 0 0 25x80"), sizesTold(legacy));
			assertArrayEquals(new byte[] { 80, 0, 25, 0 }, space(legacy), "here columns are first all the same");
		}
	}

	@Test
	void resize_off_isNeitherOfferedNorSent() throws Exception {
		try (var silent = rig(ResizeOrder.OFF)) {
			assertEquals(0, silent.device.offeredFeatures() & ConsoleDevice.F_SIZE);
			assertEquals(List.of(), sizesTold(silent));
			assertArrayEquals(new byte[4], space(silent));
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
	void resize_withMultiport_isNoConfigurationInterrupt() throws Exception {
		try (var rig = rig(ResizeOrder.SPEC)) {
			assertEquals(List.of("RESIZE 0 0 80x25"), sizesTold(rig));
			assertEquals(0, rig.configChanges);
		}
	}

	@Test
	void resize_withoutMultiport_isAConfigurationInterrupt_ofPortZeroAlone() throws Exception {
		try (var rig = rig(ResizeOrder.SPEC)) {
			var console = rig.plugged("con", 0);
			var other = new RecordingPort();
			rig.plug("other", 1, true, other);
			rig.startWithoutMultiport();
			other.guest.resize(132, 43);
			assertEquals(0, rig.configChanges);
			console.guest.resize(80, 25);
			assertEquals(1, rig.configChanges);
			assertArrayEquals(new byte[] { 80, 0, 25, 0 }, space(rig));
		}
	}

	@Test
	void resize_offWithoutMultiport_isNothing() throws Exception {
		try (var rig = rig(ResizeOrder.OFF)) {
			var console = rig.plugged("con", 0);
			rig.startWithoutMultiport();
			console.guest.resize(80, 25);
			assertEquals(0, rig.configChanges);
		}
	}

	@ParameterizedTest
	@CsvSource({ "-1, 0", "0, -1", "65536, 0", "0, 65536" })
	void resize_beyondSixteenBits_isRefused(int columns, int rows) throws Exception {
		try (var rig = rig(ResizeOrder.SPEC)) {
			var console = rig.plugged("con", 0);
			assertThrows(IllegalArgumentException.class, () -> console.guest.resize(columns, rows));
			console.guest.resize(65535, 65535);
		}
	}
}
