package guest.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class DriverRingTest {
	private final Arena arena = Arena.ofConfined();
	private final GuestRam ram = new GuestRam(arena.allocate(1 << 20, 4096), 0x4000_0000L);

	@AfterEach
	void free() {
		arena.close();
	}

	private MemorySegment buffer(int size) {
		return ram.allocate(size, 1);
	}

	private MemorySegment text(String text) {
		var part = buffer(text.length());
		MemorySegment.copy(text.getBytes(), 0, part, ValueLayout.JAVA_BYTE, 0, text.length());
		return part;
	}

	@Test
	void ram_allocation_alignedAndAddressed() {
		buffer(3);
		var part = ram.allocate(100, 64);
		assertEquals(0x4000_0040L, ram.address(part));
		part.set(ValueLayout.JAVA_BYTE, 99, (byte) 7);
		assertEquals(7, ram.at(0x4000_0040L + 99, 1).get(ValueLayout.JAVA_BYTE, 0));
	}

	@Test
	void ram_exhausted_saysWhatIsMissing() {
		buffer((1 << 20) - 10);
		var e = assertThrows(OutOfGuestMemoryException.class, () -> buffer(11));
		assertTrue(e.getMessage().contains("wanted=11 free=10"), e.getMessage());
	}

	@Test
	void ring_sizeNotPowerOfTwo_refused() {
		assertThrows(IllegalArgumentException.class, () -> new DriverRing(ram, 100, true, true));
	}

	@Test
	void ring_parts_alignedAsSpecified() {
		var ring = new DriverRing(ram, 1, true, true);
		assertEquals(0, ring.descAddress() % 16);
		assertEquals(0, ring.availAddress() % 2);
		assertEquals(0, ring.usedAddress() % 4);
	}

	@Test
	void chain_direct_seenByDeviceAndReturned() {
		var ring = new DriverRing(ram, 4, false, false);
		var device = new RingDevice(ram, ring.memory(), false);
		var in = buffer(8);
		int token = ring.add(List.of(text("ab"), text("cd")), List.of(in));
		assertEquals(1, ring.freeDescriptors());
		var chain = device.next();
		assertArrayEquals("abcd".getBytes(), chain.text());
		assertNull(ring.poll());
		device.complete(chain, chain.fill("xyz".getBytes()));
		assertEquals(new DriverRing.Used(token, 3), ring.poll());
		assertEquals('z', in.get(ValueLayout.JAVA_BYTE, 2));
		assertEquals(4, ring.freeDescriptors());
		assertNull(ring.poll());
	}

	@Test
	void chain_indirect_takesOneDescriptor() {
		var ring = new DriverRing(ram, 2, false, true);
		var device = new RingDevice(ram, ring.memory(), false);
		ring.add(List.of(text("a"), text("b"), text("c")), List.of(buffer(1), buffer(2)));
		assertEquals(1, ring.freeDescriptors());
		assertEquals(RingMemory.INDIRECT, ring.memory().descriptorFlags(0));
		var chain = device.next();
		assertArrayEquals("abc".getBytes(), chain.text());
		assertEquals(2, chain.writable().size());
	}

	@Test
	void chain_noDescriptorsLeft_full() {
		var ring = new DriverRing(ram, 2, false, false);
		assertEquals(0, ring.add(List.of(text("a")), List.of()));
		assertEquals(DriverRing.FULL, ring.add(List.of(text("b"), text("c")), List.of()));
		assertEquals(1, ring.add(List.of(text("b")), List.of()));
		assertEquals(2, ring.outstanding());
	}

	@Test
	void kick_flagOfDevice_obeyed() {
		var ring = new DriverRing(ram, 4, false, false);
		assertFalse(ring.kickNeeded(), "nothing was added");
		ring.add(List.of(text("a")), List.of());
		assertTrue(ring.kickNeeded());
		assertFalse(ring.kickNeeded());
		ring.memory().usedFlags(RingMemory.NO_NOTIFY);
		ring.add(List.of(text("b")), List.of());
		assertFalse(ring.kickNeeded());
	}

	@Test
	void kick_eventIdx_onlyWhenPassed() {
		var ring = new DriverRing(ram, 8, true, false);
		ring.memory().availEvent(2);
		ring.add(List.of(text("0")), List.of());
		ring.add(List.of(text("1")), List.of());
		assertFalse(ring.kickNeeded());
		ring.add(List.of(text("2")), List.of());
		ring.add(List.of(text("3")), List.of());
		assertTrue(ring.kickNeeded());
		ring.add(List.of(text("4")), List.of());
		assertFalse(ring.kickNeeded());
	}

	@Test
	void interrupts_disabledAndEnabled_deviceIsTold() {
		for (boolean eventIdx : List.of(false, true)) {
			var ring = new DriverRing(ram, 8, eventIdx, false);
			var device = new RingDevice(ram, ring.memory(), eventIdx);
			for (int i = 0; i < 3; i++)
				ring.add(List.of(text("a")), List.of());
			ring.disableInterrupts();
			device.complete(device.next(), 0);
			assertFalse(device.callNeeded());
			assertTrue(ring.enableInterrupts(), "one came back meanwhile");
			assertNotEquals(null, ring.poll());
			device.complete(device.next(), 0);
			assertTrue(device.callNeeded());
			ring.poll();
			device.complete(device.next(), 0);
			assertTrue(device.callNeeded(), "polling asked for the next call");
		}
	}

	@Test
	void used_unknownId_refused() {
		var ring = new DriverRing(ram, 4, false, false);
		ring.add(List.of(text("a")), List.of());
		ring.memory().usedElement(0, 3, 0);
		ring.memory().usedIdx(1);
		var e = assertThrows(DeviceViolationException.class, ring::poll);
		assertTrue(e.getMessage().contains("id=3"), e.getMessage());
	}

	@Test
	void used_lengthBeyondRoom_refused() {
		var ring = new DriverRing(ram, 4, false, false);
		ring.add(List.of(), List.of(buffer(10)));
		ring.memory().usedElement(0, 0, 11);
		ring.memory().usedIdx(1);
		assertThrows(DeviceViolationException.class, ring::poll);
	}

	@Test
	void used_indexTooFar_refused() {
		var ring = new DriverRing(ram, 4, false, false);
		ring.add(List.of(text("a")), List.of());
		ring.memory().usedIdx(5);
		assertThrows(DeviceViolationException.class, ring::poll);
	}

	@Test
	void ring_randomTraffic_wrapsAndLosesNothing() {
		long seed = System.nanoTime();
		var random = new Random(seed);
		for (int mode = 0; mode < 4; mode++) {
			var ring = new DriverRing(ram, 16, (mode & 1) != 0, (mode & 2) != 0);
			var device = new RingDevice(ram, ring.memory(), (mode & 1) != 0);
			traffic(ring, device, random, "seed=" + seed + " mode=" + mode);
		}
	}

	/** 70000 chains: the 16-bit indices wrap; the device returns them out of order. */
	private void traffic(DriverRing ring, RingDevice device, Random random, String what) {
		var parts = List.of(text("0123456789"), text("abcdefghij"), text("KLMNOPQRST"));
		var expected = new HashMap<Integer, String>();
		var held = new ArrayList<RingDevice.Chain>();
		int done = 0;
		for (int added = 0; done < 70_000;) {
			var chain = parts.subList(0, 1 + random.nextInt(3));
			int token = added < 70_000 ? ring.add(chain, List.of()) : DriverRing.FULL;
			if (token != DriverRing.FULL) {
				added++;
				expected.put(token, "0123456789abcdefghijKLMNOPQRST".substring(0, 10 * chain.size()));
				if (random.nextInt(3) > 0)
					continue;
			}
			for (var next = device.next(); next != null; next = device.next())
				held.add(next);
			while (!held.isEmpty()) {
				var next = held.remove(random.nextInt(held.size()));
				assertEquals(expected.get(next.head()), new String(next.text()), what);
				device.complete(next, 0);
			}
			for (var used = ring.poll(); used != null; used = ring.poll()) {
				assertNotEquals(null, expected.remove(used.token()), what);
				done++;
			}
		}
		assertEquals(ring.size(), ring.freeDescriptors(), what);
		assertEquals(0, ring.outstanding(), what);
	}
}
