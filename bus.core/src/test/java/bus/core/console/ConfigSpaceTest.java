package bus.core.console;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The configuration space and the emergency write in it; the numbers are those of the statements about QEMU's bus. */
class ConfigSpaceTest {
	private final DeviceRig rig = new DeviceRig(4);

	@AfterEach
	void close() {
		rig.close();
	}

	@Test
	void s04_config_readsZerosBeyondItsEnd() {
		var space = new byte[64];
		rig.device.readConfig(0, space);
		assertEquals(4, space[4]);
		for (int i = 0; i < space.length; i++)
			assertEquals(i == 4 ? 4 : 0, space[i], "byte " + i);
	}

	@Test
	void s04_emergencyWrite_readsZero() {
		rig.writeConfig(8, new byte[] { 'A', 'B', 'C', 'D' });
		var field = new byte[4];
		rig.device.readConfig(8, field);
		assertArrayEquals(new byte[4], field);
	}

	@Test
	void s04_size_isThatOfPortZero() throws Exception {
		var other = new RecordingPort();
		rig.plug("other", 2, true, other);
		var console = rig.plugged("", 0);
		var size = new byte[4];
		other.guest.resize(132, 43);
		rig.device.readConfig(0, size);
		assertArrayEquals(new byte[4], size);
		console.guest.resize(80, 25);
		rig.device.readConfig(0, size);
		assertArrayEquals(new byte[] { 80, 0, 25, 0 }, size);
	}

	@Test
	void s58_emergencyWrite_reachesTheFirstOpenConsoleWithoutADriver() throws Exception {
		var closed = new RecordingPort();
		rig.plug("closed", 2, true, closed);
		var console = rig.plugged("con", 0);
		rig.writeConfig(8, new byte[] { 'A', 0, 0, 0 });
		rig.writeConfig(8, new byte[] { 'A', 0, 0, 0 });
		assertEquals("AA", console.taken.toString());
		assertEquals("", closed.taken.toString());
	}

	@Test
	void s58_emergencyWrite_twoOpenConsoles_theOnePluggedFirstHearsIt() throws Exception {
		var first = rig.plugged("", 3);
		var console = new RecordingPort();
		console.opensItself = true;
		rig.plug("con", 2, true, console);
		var second = rig.plugged("second", 0);
		rig.writeConfig(8, new byte[] { 'A', 0, 0, 0 });
		assertEquals("", first.taken.toString(), "it is no console");
		assertEquals("A", console.taken.toString());
		assertEquals("", second.taken.toString());
	}

	@Test
	void s59_emergencyZeroIsNone_andOnlyTheLowByteCounts() throws Exception {
		var console = rig.plugged("con", 0);
		rig.writeConfig(8, new byte[] { 0, 0, 0, 0 });
		rig.writeConfig(8, new byte[] { 0, 1, 0, 0 });
		assertEquals("\0", console.taken.toString());
	}

	@Test
	void s61_emergencyInAWholeSpaceWrite_countsUnlessAnotherFieldWasWritten() throws Exception {
		var console = rig.plugged("con", 0);
		var space = new byte[12];
		rig.device.readConfig(0, space);
		space[8] = 'B';
		rig.writeConfig(0, space);
		space[0] = 77; // QEMU repeats the stale byte with a write to another field
		rig.writeConfig(0, space);
		assertEquals("B", console.taken.toString());
		rig.writeConfig(0, space);
		assertEquals("BB", console.taken.toString(), "the same again from the same copy is a second one");
	}

	@Test
	void s61_emergencyBeforeTheGuestEverRead_counts() throws Exception {
		var console = rig.plugged("con", 0);
		var space = new byte[12]; // QEMU's copy is all zeros then
		for (char c : "boot".toCharArray()) {
			space[8] = (byte) c;
			rig.writeConfig(0, space);
			rig.writeConfig(0, space);
		}
		assertEquals("bboooott", console.taken.toString());
	}

	@Test
	void s61_sameByteOfTheNextMachine_isNoRepeat() throws Exception {
		var console = rig.plugged("con", 0);
		var space = new byte[12];
		rig.device.readConfig(0, space);
		space[8] = 'B';
		rig.writeConfig(0, space);
		rig.device.disconnect();
		var fresh = new byte[12];
		fresh[8] = 'B';
		rig.writeConfig(0, fresh);
		assertEquals("BB", console.taken.toString());
	}

	@Test
	void s60_emergencyWrite_inEveryStateOfTheDevice_isHeard() throws Exception {
		var console = rig.plugged("con", 0);
		var states = new ArrayList<Runnable>();
		states.add(() -> { // nothing was negotiated
		});
		states.add(rig::startDriver);
		states.add(rig::bootGuest);
		states.add(() -> {
			rig.lie(1);
			rig.kick(1);
		});
		states.add(rig::stopDriver);
		states.add(rig.device::disconnect);
		for (var state : states) {
			state.run();
			rig.writeConfig(8, new byte[] { 'A', 0, 0, 0 });
		}
		assertEquals("A".repeat(states.size()), console.taken.toString());
	}

	@Test
	void s58_emergencyWrite_noConsoleIsOpen_isLost() throws Exception {
		var port = rig.plugged("a", 1);
		rig.writeConfig(8, new byte[] { 'A', 0, 0, 0 });
		assertEquals("", port.taken.toString());
	}
}
