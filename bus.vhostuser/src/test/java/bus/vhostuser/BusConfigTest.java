package bus.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import bus.core.console.DeviceSettings;
import bus.core.console.DeviceSettings.ResizeOrder;
import bus.core.virtio.Feature;
import bus.vhostuser.loop.Polling;

class BusConfigTest {

	private static Map<String, Object> file(String... keysAndValues) {
		var properties = new HashMap<String, Object>(Map.of("service.pid", "bus.vhostuser~vm1",
				"service.factoryPid", "bus.vhostuser", "component.name", "bus.vhostuser",
				"osgi.ds.satisfying.condition.target", "x",
				"felix.fileinstall.filename", "file:/etc/vport/bus.vhostuser-vm1.cfg"));
		for (int i = 0; i < keysAndValues.length; i += 2)
			properties.put(keysAndValues[i], keysAndValues[i + 1]);
		return properties;
	}

	@Test
	void s01_socketAlone_takesDefaults() {
		assertEquals(new BusConfig("vm1", "bus.vhostuser-vm1.cfg", "vm1", Path.of("/run/vm1.sock"), 0600, false,
				Polling.OFF, DeviceSettings.of(31)),
				BusConfig.of(file("socket", " /run/vm1.sock ")));
	}

	@Test
	void of_everything_isTaken() {
		assertEquals(new BusConfig("vm1", "bus.vhostuser-vm1.cfg", "vm1", Path.of("s"), 0660, true,
				new Polling(50, 5), DeviceSettings.of(127)),
				BusConfig.of(file("socket", "s", "ports", "127", "mode", "0660", "loop", "own", "poll_us", "50",
						"poll_budget", "5")));
	}

	@Test
	void of_deviceSwitches_areTaken() {
		var config = BusConfig.of(file("socket", "s", "ports", "7", "vm", "twins", "packed", "on", "event_idx", "off",
				"indirect_desc", "false", "in_order", "true", "resize", "legacy", "name_nul", "on"));
		assertEquals("twins", config.vm());
		assertEquals(new DeviceSettings(7, Feature.RING_PACKED | Feature.IN_ORDER, ResizeOrder.LEGACY, true),
				config.device());
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			"ports|0|ports=0: Maximum number of serial ports not specified; allowed: 1 to 127",
			"ports|128|ports=128: maximum ports supported: 127; allowed: 1 to 127",
			"ports|-1|ports=-1: maximum ports supported: 127; allowed: 1 to 127",
			"ports|many|ports=many; allowed: 1 to 127",
			"mode|0999|mode=0999; allowed: octal permissions such as 0600 or 0660",
			"mode|7777|mode=7777; allowed: octal permissions such as 0600 or 0660",
			"loop|mine|loop=mine; allowed: shared, own",
			"packed|yes|packed=yes; allowed: on, off",
			"poll_us|1001|poll_us=1001; allowed: 0 to 1000",
			"poll_us|-1|poll_us=-1; allowed: 0 to 1000",
			"poll_us|on|poll_us=on; allowed: 0 to 1000",
			"poll_budget|0|poll_budget=0; allowed: 1 to 100",
			"resize|rows|resize=rows; allowed: spec, legacy, off",
			"sokcet|x|unknown key sokcet; allowed: socket, ports, vm, mode, loop, packed, event_idx,"
					+ " indirect_desc, in_order, resize, name_nul, poll_us, poll_budget" })
	void s01_badValue_namesFileKeyAndWhatIsAllowed(String key, String value, String message) {
		var e = assertThrows(IllegalArgumentException.class, () -> BusConfig.of(file("socket", "s", key, value)));
		assertEquals("bus.vhostuser-vm1.cfg: " + message, e.getMessage());
	}

	@Test
	void of_noSocket_saysWhatIsMissing() {
		var e = assertThrows(IllegalArgumentException.class, () -> BusConfig.of(file()));
		assertEquals("bus.vhostuser-vm1.cfg: socket is missing; allowed: the PATH of the UNIX socket to listen on",
				e.getMessage());
	}
}
