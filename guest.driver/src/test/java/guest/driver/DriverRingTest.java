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
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is true of both layouts, with every mixture of the features that change how a ring is used. */
final class DriverRingTest {
	private static final int CHAINS = 70_000;

	private final Arena arena = Arena.ofConfined();
	private final GuestRam ram = new GuestRam(arena.allocate(1 << 20, 4096), 0x4000_0000L);

	@AfterEach
	void free() {
		arena.close();
	}

	/** All 16 mixtures. */
	static LongStream mixtures() {
		return IntStream.range(0, 16).mapToLong(bits -> ((bits & 1) != 0 ? VirtioFeature.RING_PACKED : 0)
				| ((bits & 2) != 0 ? VirtioFeature.EVENT_IDX : 0) | ((bits & 4) != 0 ? VirtioFeature.INDIRECT_DESC : 0)
				| ((bits & 8) != 0 ? VirtioFeature.IN_ORDER : 0));
	}

	private DriverRing ring(int size, long features) {
		return DriverRing.create(ram, size, features);
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

	@ParameterizedTest
	@MethodSource("mixtures")
	void chain_ofEveryKind_seenByDeviceAndReturned(long features) {
		var ring = ring(8, features);
		var device = RingDevice.of(ram, ring, features);
		var in = buffer(8);
		int token = ring.add(List.of(text("ab"), text("cd")), List.of(buffer(1), in));
		assertEquals(RingDevice.has(features, VirtioFeature.INDIRECT_DESC) ? 7 : 4, ring.freeDescriptors());
		assertEquals(1, ring.outstanding());
		var chain = device.next();
		assertArrayEquals("abcd".getBytes(), chain.text());
		assertEquals(2, chain.writable().size());
		assertNull(device.next());
		assertNull(ring.poll());
		device.complete(chain, chain.fill("wxyz".getBytes()));
		assertTrue(ring.hasUsed());
		assertEquals(new DriverRing.Used(token, 4), ring.poll());
		assertEquals('z', in.get(ValueLayout.JAVA_BYTE, 2));
		assertEquals(8, ring.freeDescriptors());
		assertEquals(0, ring.outstanding());
		assertNull(ring.poll());
	}

	@ParameterizedTest
	@MethodSource("mixtures")
	void chain_empty_refused(long features) {
		var ring = ring(8, features);
		assertThrows(IllegalArgumentException.class, () -> ring.add(List.of(), List.of()));
	}

	@ParameterizedTest
	@MethodSource("mixtures")
	void chain_noDescriptorsLeft_fullUntilOneComesBack(long features) {
		var ring = ring(2, features & ~VirtioFeature.INDIRECT_DESC);
		var device = RingDevice.of(ram, ring, features);
		ring.add(List.of(text("a")), List.of());
		assertEquals(DriverRing.FULL, ring.add(List.of(text("b"), text("c")), List.of()));
		ring.add(List.of(text("b")), List.of());
		assertEquals(2, ring.outstanding());
		assertEquals(DriverRing.FULL, ring.add(List.of(text("c")), List.of()));
		device.complete(device.next(), 0);
		ring.poll();
		assertNotEquals(DriverRing.FULL, ring.add(List.of(text("c")), List.of()));
		assertArrayEquals("b".getBytes(), device.next().text());
		assertArrayEquals("c".getBytes(), device.next().text());
	}

	@ParameterizedTest
	@MethodSource("mixtures")
	void kick_deviceAsksForTheNext_onlyOneIsNeeded(long features) {
		var ring = ring(8, features);
		var device = RingDevice.of(ram, ring, features);
		assertFalse(ring.kickNeeded(), "nothing was added");
		for (int round = 0; round < 40; round++) {
			assertNull(device.next());
			ring.add(List.of(text("a")), List.of());
			assertTrue(ring.kickNeeded(), "round " + round);
			assertFalse(ring.kickNeeded(), "round " + round);
			ring.add(List.of(text("b")), List.of());
			assertEquals(!RingDevice.has(features, VirtioFeature.EVENT_IDX), ring.kickNeeded(), "round " + round);
			device.complete(device.next(), 0);
			device.complete(device.next(), 0);
			ring.poll();
			ring.poll();
		}
	}

	@ParameterizedTest
	@MethodSource("mixtures")
	void interrupts_disabledAndEnabled_deviceIsTold(long features) {
		var ring = ring(8, features);
		var device = RingDevice.of(ram, ring, features);
		for (int round = 0; round < 40; round++) {
			for (int i = 0; i < 3; i++)
				ring.add(List.of(text("a")), List.of());
			ring.disableInterrupts();
			device.complete(device.next(), 0);
			assertFalse(device.callNeeded(), "round " + round);
			assertTrue(ring.enableInterrupts(), "one came back meanwhile");
			assertNotEquals(null, ring.poll());
			device.complete(device.next(), 0);
			assertTrue(device.callNeeded(), "round " + round);
			ring.poll();
			device.complete(device.next(), 0);
			assertTrue(device.callNeeded(), "polling asked for the next call");
			ring.poll();
			assertFalse(ring.enableInterrupts());
		}
	}

	@ParameterizedTest
	@MethodSource("mixtures")
	void call_freshRing_comesForTheFirst(long features) {
		var ring = ring(4, features);
		var device = RingDevice.of(ram, ring, features);
		ring.add(List.of(text("a")), List.of());
		device.complete(device.next(), 0);
		assertTrue(device.callNeeded());
	}

	@ParameterizedTest
	@MethodSource("mixtures")
	void batch_inOrder_skippedChainsAreWhollyUsed(long features) {
		var ring = ring(8, features | VirtioFeature.IN_ORDER);
		var device = RingDevice.of(ram, ring, features | VirtioFeature.IN_ORDER);
		for (int round = 0; round < 20; round++) { // the batch lies across the end of the ring, too
			var tokens = new ArrayList<Integer>();
			var taken = new ArrayList<RingDevice.Chain>();
			for (int i = 0; i < 3; i++)
				tokens.add(ring.add(List.of(), List.of(buffer(10), buffer(i + 1))));
			for (var chain = device.next(); chain != null; chain = device.next())
				taken.add(chain);
			device.complete(taken.subList(0, 3), 4);
			assertEquals(new DriverRing.Used(tokens.get(0), 11), ring.poll());
			assertEquals(2, ring.outstanding());
			assertEquals(new DriverRing.Used(tokens.get(1), 12), ring.poll());
			assertTrue(ring.hasUsed());
			assertEquals(new DriverRing.Used(tokens.get(2), 4), ring.poll());
			assertFalse(ring.hasUsed());
			assertNull(ring.poll());
		}
	}

	@ParameterizedTest
	@MethodSource("mixtures")
	void ring_randomTraffic_wrapsAndLosesNothing(long features) {
		long seed = System.nanoTime();
		var random = new Random(seed);
		boolean packed = RingDevice.has(features, VirtioFeature.RING_PACKED);
		for (int size : packed ? new int[] { 7, 16 } : new int[] { 16 }) {
			var ring = ring(size, features);
			traffic(ring, RingDevice.of(ram, ring, features), RingDevice.has(features, VirtioFeature.IN_ORDER), random,
					"seed=" + seed + " features=0x" + Long.toHexString(features) + " size=" + size);
		}
	}

	/** So many chains that 16-bit indices wrap; out of order, or in batches. */
	private void traffic(DriverRing ring, RingDevice device, boolean inOrder, Random random, String what) {
		var parts = List.of(text("0123456789"), text("abcdefghij"), text("KLMNOPQRST"));
		var room = buffer(20);
		var expected = new HashMap<Integer, String>();
		var held = new ArrayList<RingDevice.Chain>();
		int done = 0;
		for (int added = 0; done < CHAINS;) {
			var readable = parts.subList(0, 1 + random.nextInt(3));
			int token = added < CHAINS ? ring.add(readable, List.of(room)) : DriverRing.FULL;
			if (token != DriverRing.FULL) {
				added++;
				expected.put(token, "0123456789abcdefghijKLMNOPQRST".substring(0, 10 * readable.size()));
				if (random.nextInt(3) > 0)
					continue;
			}
			for (var next = device.next(); next != null; next = device.next()) {
				held.add(next);
				assertEquals(expected.get(next.head()), new String(next.text()), what);
			}
			while (!held.isEmpty()) {
				var batch = held.subList(0, 1 + random.nextInt(held.size()));
				if (!inOrder)
					batch = held.subList(batch.size() - 1, batch.size());
				device.complete(batch, random.nextInt(21));
				batch.clear();
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
