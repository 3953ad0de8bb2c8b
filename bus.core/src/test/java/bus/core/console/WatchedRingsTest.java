package bus.core.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import bus.core.virtio.RingKind;
import guest.driver.DriverRing;

/** Queues of busy ports are looked at instead of being kicked for. */
@ParameterizedClass
@MethodSource("bus.core.virtio.RingKind#all")
class WatchedRingsTest {
	private final RingKind kind;
	private final DeviceRig rig;
	private Loop.Sight sight;
	private RecordingPort port;

	WatchedRingsTest(RingKind kind) {
		this.kind = kind;
		rig = new DeviceRig(kind, 3);
	}

	@BeforeEach
	void boot() throws Exception {
		sight = rig.device.watchRings();
		port = rig.port();
		rig.rings.values().forEach(DriverRing::kickNeeded);
	}

	@AfterEach
	void close() {
		rig.close();
	}

	/** The guest writes and kicks if it is asked to; answers whether. */
	private boolean write(String text) {
		rig.offer(DeviceRig.OUT, text);
		return rig.rings.get(DeviceRig.OUT).kickNeeded();
	}

	@Test
	void queue_thatHasBroughtSomething_isLookedAtAndNeedsNoKick() {
		assertFalse(sight.isOpen());
		assertTrue(write("a"));
		rig.kick(DeviceRig.OUT);
		assertTrue(sight.isOpen());
		assertFalse(sight.look());
		assertFalse(write("b"));
		assertEquals("a", port.taken.toString());
		assertTrue(sight.look());
		rig.run();
		assertEquals("ab", port.taken.toString());
		assertTrue(sight.isOpen());
	}

	@Test
	void rest_queueIsEmpty_needsAKickAgain() {
		write("a");
		rig.kick(DeviceRig.OUT);
		assertFalse(sight.rest());
		assertFalse(sight.isOpen());
		assertTrue(write("b"));
	}

	@Test
	void rest_somethingCameSinceTheLastLook_isServed() {
		write("a");
		rig.kick(DeviceRig.OUT);
		write("b");
		assertTrue(sight.rest());
		rig.run();
		assertEquals("ab", port.taken.toString());
	}

	/** What it offers is known; to look at it would be to look for ever. */
	@Test
	void queue_whosePortTakesNoMore_isNotLookedAt() {
		write("a");
		rig.kick(DeviceRig.OUT);
		port.allowance = 0;
		write("b");
		assertTrue(sight.look());
		rig.run();
		assertFalse(sight.look());
		assertFalse(sight.isOpen());
		port.allowance = 10;
		port.guest.writable();
		rig.run();
		assertEquals("ab", port.taken.toString());
		assertTrue(sight.isOpen());
	}

	@Test
	void queue_thatIsStopped_isNotLookedAt() {
		write("a");
		rig.kick(DeviceRig.OUT);
		rig.stopDriver();
		write("b");
		assertFalse(sight.look());
		assertFalse(sight.isOpen());
	}

	@Test
	void receiveq_thatTheHostHasFilled_isLookedAtForMoreBuffers() {
		for (int i = 0; i < 2; i++)
			rig.postRoom(DeviceRig.IN, 4);
		port.toGive = "0123456789";
		port.guest.readable();
		rig.run();
		assertEquals(List.of("0123", "4567"), rig.readRaw(DeviceRig.IN));
		rig.rings.get(DeviceRig.IN).kickNeeded();
		rig.postRoom(DeviceRig.IN, 4);
		assertFalse(rig.rings.get(DeviceRig.IN).kickNeeded());
		assertTrue(sight.look());
		rig.run();
		assertEquals(List.of("89"), rig.readRaw(DeviceRig.IN));
	}

	@Test
	void ring_whoseMemoryMoves_needsAKickUntilItIsInUseAgain() {
		write("a");
		rig.kick(DeviceRig.OUT);
		rig.replace(DeviceRig.OUT);
		rig.run();
		assertFalse(sight.look());
		assertTrue(write("b"));
		rig.kick(DeviceRig.OUT);
		assertFalse(write("c"));
	}

	@Test
	void rings_ofABusThatDoesNotPoll_areNotLookedAt() throws Exception {
		try (var other = new DeviceRig(kind, 3)) {
			other.port();
			for (int i = 0; i < 3; i++) {
				other.offer(DeviceRig.OUT, "x");
				assertTrue(other.rings.get(DeviceRig.OUT).kickNeeded());
				other.kick(DeviceRig.OUT);
				other.drain(DeviceRig.OUT);
			}
		}
	}
}
