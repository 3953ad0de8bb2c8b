package guest.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SplitDriverRingTest {
	private final Arena arena = Arena.ofConfined();
	private final GuestRam ram = new GuestRam(arena.allocate(1 << 20, 4096), 0x4000_0000L);

	@AfterEach
	void free() {
		arena.close();
	}

	private SplitDriverRing ring(int size, long features) {
		return (SplitDriverRing) DriverRing.create(ram, size, features);
	}

	private int add(SplitDriverRing ring) {
		return ring.add(List.of(), List.of(ram.allocate(10, 1)));
	}

	@Test
	void ring_sizeNotPowerOfTwo_refused() {
		assertThrows(IllegalArgumentException.class, () -> ring(100, 0));
		assertThrows(IllegalArgumentException.class, () -> ring(0, 0));
		assertThrows(IllegalArgumentException.class, () -> ring(65536, 0));
	}

	@Test
	void ring_parts_alignedAsSpecified() {
		var ring = ring(1, 0);
		assertEquals(0, ring.descAddress() % 16);
		assertEquals(0, ring.availAddress() % 2);
		assertEquals(0, ring.usedAddress() % 4);
		assertEquals(0, ring.startBase());
	}

	@Test
	void kick_flagOfDevice_obeyed() {
		var ring = ring(4, 0);
		add(ring);
		assertTrue(ring.kickNeeded());
		ring.memory().usedFlags(SplitRingMemory.NO_NOTIFY);
		add(ring);
		assertFalse(ring.kickNeeded());
	}

	@Test
	void kick_eventIdx_onlyWhenPassed() {
		var ring = ring(8, VirtioFeature.EVENT_IDX);
		ring.memory().availEvent(2);
		add(ring);
		add(ring);
		assertFalse(ring.kickNeeded());
		add(ring);
		add(ring);
		assertTrue(ring.kickNeeded());
		add(ring);
		assertFalse(ring.kickNeeded());
	}

	@Test
	void used_unknownId_refused() {
		for (int id : new int[] { 3, 4, -1, 0x10000 }) {
			var ring = ring(4, 0);
			add(ring);
			ring.memory().usedElement(0, id, 0);
			ring.memory().usedIdx(1);
			var e = assertThrows(DeviceViolationException.class, ring::poll);
			assertTrue(e.getMessage().contains("id=" + Integer.toUnsignedString(id) + " "), e.getMessage());
		}
	}

	@Test
	void used_lengthBeyondRoom_refused() {
		var ring = ring(4, 0);
		add(ring);
		ring.memory().usedElement(0, 0, 11);
		ring.memory().usedIdx(1);
		assertThrows(DeviceViolationException.class, ring::poll);
	}

	@Test
	void used_indexTooFar_refused() {
		var ring = ring(4, 0);
		add(ring);
		ring.memory().usedIdx(5);
		assertThrows(DeviceViolationException.class, ring::poll);
	}

	@Test
	void used_batchLongerThanItsIndex_refused() {
		var ring = ring(4, VirtioFeature.IN_ORDER);
		add(ring);
		int second = add(ring);
		ring.memory().usedElement(0, second, 0);
		ring.memory().usedIdx(1);
		var e = assertThrows(DeviceViolationException.class, ring::poll);
		assertTrue(e.getMessage().contains("batch of 2"), e.getMessage());
	}
}
