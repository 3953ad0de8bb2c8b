package guest.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The fields of the packed ring, bit by bit, as virtio 1.3 has them in section 2.8. */
final class PackedDriverRingTest {
	private static final int USED = 0x8080;

	private final Arena arena = Arena.ofConfined();
	private final GuestRam ram = new GuestRam(arena.allocate(1 << 20, 4096), 0x4000_0000L);

	@AfterEach
	void free() {
		arena.close();
	}

	private PackedDriverRing ring(int size, long features) {
		return (PackedDriverRing) DriverRing.create(ram, size, VirtioFeature.RING_PACKED | features);
	}

	private MemorySegment buffer() {
		return ram.allocate(10, 1);
	}

	private int add(PackedDriverRing ring) {
		return ring.add(List.of(), List.of(buffer()));
	}

	@Test
	void ring_size_anyUpToTheLargest() {
		for (int size : new int[] { 1, 3, 100 })
			assertEquals(size, ring(size, 0).freeDescriptors());
		assertThrows(IllegalArgumentException.class, () -> ring(0, 0));
		assertThrows(IllegalArgumentException.class, () -> ring(DriverRing.MAX_SIZE + 1, 0));
	}

	@Test
	void ring_parts_alignedAsSpecified() {
		var ring = ring(3, 0);
		assertEquals(0, ring.descAddress() % 16);
		assertEquals(0, ring.availAddress() % 4);
		assertEquals(0, ring.usedAddress() % 4);
		assertEquals(0x8000_8000, ring.startBase());
	}

	@Test
	void chain_acrossTheEnd_wrapCounterTurnsWithin() {
		var ring = ring(3, 0);
		var device = RingDevice.of(ram, ring, VirtioFeature.RING_PACKED);
		add(ring);
		add(ring);
		assertEquals(0x82, ring.memory().descriptorFlags(0), "AVAIL, WRITE");
		device.complete(device.next(), 0);
		device.complete(device.next(), 0);
		ring.poll();
		ring.poll();
		int token = ring.add(List.of(buffer(), buffer()), List.of(buffer()));
		assertEquals(0x81, ring.memory().descriptorFlags(2), "AVAIL, NEXT");
		assertEquals(0x8001, ring.memory().descriptorFlags(0), "in the next turn USED, NEXT");
		assertEquals(0x8002, ring.memory().descriptorFlags(1), "USED, WRITE");
		for (int slot = 0; slot < 3; slot++)
			assertEquals(token, ring.memory().descriptorId(slot));
	}

	@Test
	void chain_indirect_onlyWriteMattersInTheTable() {
		var ring = ring(3, VirtioFeature.INDIRECT_DESC);
		ring.add(List.of(buffer()), List.of(buffer()));
		assertEquals(0x84, ring.memory().descriptorFlags(0), "AVAIL, INDIRECT");
		assertEquals(32, ring.memory().descriptorLength(0));
		var table = new PackedRingMemory(2, ram.at(ring.memory().descriptorAddress(0), 32), MemorySegment.NULL,
				MemorySegment.NULL);
		assertEquals(0, table.descriptorFlags(0));
		assertEquals(PackedRingMemory.WRITE, table.descriptorFlags(1));
	}

	@Test
	void kick_deviceWantsNone_none() {
		var ring = ring(4, VirtioFeature.EVENT_IDX);
		ring.memory().deviceEventFlags(PackedRingMemory.EVENTS_DISABLE);
		add(ring);
		assertFalse(ring.kickNeeded());
		ring.memory().deviceEventFlags(PackedRingMemory.EVENTS_ENABLE);
		add(ring);
		assertTrue(ring.kickNeeded());
	}

	@Test
	void kick_eventIdx_onlyWhenPassed() {
		var ring = ring(5, VirtioFeature.EVENT_IDX);
		var device = RingDevice.of(ram, ring, VirtioFeature.RING_PACKED | VirtioFeature.EVENT_IDX);
		ring.memory().deviceEventFlags(PackedRingMemory.EVENTS_AT);
		ring.memory().deviceEventOffset(0x8002);
		add(ring);
		add(ring);
		assertFalse(ring.kickNeeded());
		add(ring);
		assertTrue(ring.kickNeeded(), "slot 2 was filled");
		ring.memory().deviceEventOffset(1); // of the next turn
		for (int i = 0; i < 3; i++) {
			device.complete(device.next(), 0);
			ring.poll();
		}
		add(ring);
		add(ring);
		add(ring);
		assertFalse(ring.kickNeeded(), "slot 0 was filled");
		add(ring);
		assertTrue(ring.kickNeeded(), "slot 1 was filled");
	}

	@Test
	void call_offsetAndWrap_follow() {
		var ring = ring(2, VirtioFeature.EVENT_IDX);
		var device = RingDevice.of(ram, ring, VirtioFeature.RING_PACKED);
		assertEquals(0x8000, ring.memory().driverEventOffset());
		assertEquals(PackedRingMemory.EVENTS_AT, ring.memory().driverEventFlags());
		for (int expected : new int[] { 0x8001, 0, 1, 0x8000 }) {
			add(ring);
			device.complete(device.next(), 0);
			ring.poll();
			assertEquals(expected, ring.memory().driverEventOffset());
		}
	}

	@Test
	void used_withoutWrite_nothingWasWritten() {
		var ring = ring(4, 0);
		int token = add(ring);
		ring.memory().descriptor(0, 0, 4711, token, USED);
		assertEquals(new DriverRing.Used(token, 0), ring.poll());
	}

	@Test
	void used_ofTheOtherTurn_notSeen() {
		var ring = ring(4, 0);
		ring.memory().descriptor(0, 0, 1, add(ring), 0); // both bits 0: used, were this the second turn
		assertNull(ring.poll());
	}

	@Test
	void used_unknownId_refused() {
		for (int id : new int[] { 1, 4, 0xffff }) {
			var ring = ring(4, 0);
			add(ring);
			ring.memory().descriptor(0, 0, 0, id, USED);
			var e = assertThrows(DeviceViolationException.class, ring::poll);
			assertTrue(e.getMessage().contains("id=" + id + " "), e.getMessage());
		}
	}

	@Test
	void used_lengthBeyondRoom_refused() {
		for (int length : new int[] { 11, -1 }) {
			var ring = ring(4, 0);
			ring.memory().descriptor(0, 0, length, add(ring), USED | PackedRingMemory.WRITE);
			assertThrows(DeviceViolationException.class, ring::poll);
		}
	}
}
