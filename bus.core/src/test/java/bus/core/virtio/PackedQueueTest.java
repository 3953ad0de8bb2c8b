package bus.core.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import guest.driver.PackedDriverRing;
import guest.driver.PackedRingMemory;

/** What only a packed ring can be asked, and the lies that only its driver can tell. */
class PackedQueueTest {
	private static final long PACKED = Feature.VERSION_1 | Feature.RING_PACKED;
	private static final int SIZE = 5;
	private static final int WRAP = 1 << 15;

	private QueueRig rig;
	private PackedRingMemory ring;

	PackedQueueTest() {
		open(PACKED | Feature.EVENT_IDX | Feature.INDIRECT_DESC, SIZE);
	}

	private void open(long features, int size) {
		if (rig != null)
			rig.close();
		rig = new QueueRig(new RingKind(features), size);
		ring = ((PackedDriverRing) rig.driver).memory();
	}

	@AfterEach
	void free() {
		rig.close();
	}

	// ---- where it stands

	@Test
	void position_hasIndexAndWrapCounter() {
		assertEquals(WRAP, rig.queue.position().next());
		rig.pass(SIZE - 1);
		assertEquals(WRAP | SIZE - 1, rig.queue.position().next());
		rig.pass(1);
		assertEquals(0, rig.queue.position().next());
		rig.pass(SIZE);
		assertEquals(WRAP, rig.queue.position().next());
	}

	@Test
	void isFresh_backAtTheStartAfterTwoTurns_isNot() {
		assertTrue(rig.queue.isFresh());
		rig.offer("x");
		assertTrue(rig.queue.isFresh(), "a driver may offer something before the device starts");
		rig.completeOne();
		rig.pollAll();
		rig.pass(2 * SIZE - 1);
		assertEquals(RingPosition.start(PACKED), rig.queue.position());
		assertFalse(rig.device(rig.memory, rig.queue.position()).isFresh());
	}

	@Test
	void isFresh_ringOfOneEntry_onlyInItsFirstTurn() {
		open(PACKED, 1);
		rig.offer("x");
		assertTrue(rig.queue.isFresh());
		rig.completeOne();
		assertFalse(rig.queue.isFresh());
	}

	@Test
	void start_lastEntryOfAddressZero_isNoClearRing() {
		ring.descriptor(SIZE - 1, 0, 1, 0, PackedRingMemory.AVAIL | PackedRingMemory.USED);
		assertEquals(0, rig.device(rig.memory, new RingPosition(0, 0)).position().next());
	}

	@Test
	void start_frontEndThatKnowsNoWrapCounter_beginsWithOne() {
		rig.queue = rig.device(rig.memory, new RingPosition(0, 0));
		assertTrue(rig.queue.isFresh());
		rig.offer("x");
		assertEquals(1, rig.fetchReadable());
	}

	@Test
	void start_atTheBeginningOfTheSecondTurn_isTakenAtItsWord() {
		rig.pass(SIZE);
		rig.queue = rig.device(rig.memory, rig.queue.position());
		assertEquals(0, rig.queue.position().next());
		rig.offer("y");
		rig.fetchReadable();
		assertEquals("y", rig.read());
	}

	@ParameterizedTest
	@ValueSource(ints = { 3, WRAP | 3 })
	void start_withinAClearRing_isTakenAtItsWord(int base) {
		assertEquals(base, rig.device(rig.memory, new RingPosition(base, 0)).position().next());
	}

	@ParameterizedTest
	@ValueSource(ints = { SIZE, WRAP | SIZE, 0x7fff })
	void start_beyondTheRing_isRefused(int base) {
		assertThrows(IllegalArgumentException.class, () -> rig.device(rig.memory, new RingPosition(base, 0)));
	}

	@Test
	void chain_overTheEndOfTheRing_isOne() {
		open(PACKED, SIZE);
		rig.pass(SIZE - 1);
		rig.driver.add(List.of(rig.buffer("ab"), rig.buffer("cd")), List.of());
		rig.fetchReadable();
		assertEquals("abcd", rig.read());
		rig.consume(4);
		assertEquals(1, rig.queue.position().next());
		assertEquals(1, rig.pollAll());
	}

	@Test
	void discardOffered_overTheEndOfTheRing_isAllOfIt() {
		rig.pass(SIZE - 1);
		rig.offer("old", "older");
		rig.queue.discardOffered();
		rig.offer("new");
		assertEquals(2, rig.fetchReadable());
		rig.consume(rig.batch.bytes());
		assertFalse(rig.queue.isDiscarding());
		assertEquals(1, rig.fetchReadable());
	}

	@Test
	void chain_ofSeveralIds_isNamedByItsLastDescriptor() {
		ring.descriptor(0, QueueRig.BASE, 1, 4, PackedRingMemory.AVAIL | PackedRingMemory.NEXT);
		ring.descriptor(1, QueueRig.BASE, 1, 3, PackedRingMemory.AVAIL);
		rig.fetchReadable();
		rig.consume(2);
		assertEquals(3, ring.descriptorId(0));
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 100, 32768 })
	void anySize_works(int size) {
		open(PACKED | Feature.EVENT_IDX, size);
		rig.pass(Math.min(3 * size, 1000));
	}

	// ---- what the driver sees, and when

	@Test
	void publish_batch_firstEntryIsShownLast() {
		rig.offer("ab", "cd");
		rig.fetchReadable();
		rig.queue.consume(rig.batch, 4);
		assertFalse(rig.driver.hasUsed());
		assertEquals(PackedRingMemory.AVAIL | PackedRingMemory.USED, ring.descriptorFlags(1), "the second is there");
		rig.queue.publish();
		assertEquals(2, rig.pollAll());
	}

	@Test
	void inOrder_batch_isOneEntryInItsFirstPlaceThatNamesTheLastChain() {
		open(PACKED | Feature.IN_ORDER, SIZE);
		rig.offer("ab", "cd", "ef");
		int flags = ring.descriptorFlags(1);
		int last = ring.descriptorId(2);
		rig.fetchReadable();
		rig.consume(6);
		assertEquals(last, ring.descriptorId(0));
		assertEquals(flags, ring.descriptorFlags(1), "not touched");
		assertEquals(3, rig.pollAll());
	}

	@Test
	void inOrder_chainThatIsNotFull_endsItsBatch() {
		open(PACKED | Feature.IN_ORDER, SIZE);
		for (int i = 0; i < 3; i++)
			rig.driver.add(List.of(), List.of(rig.ram.allocate(2, 1)));
		int second = ring.descriptorId(1);
		int third = ring.descriptorId(2);
		rig.fetchWritable();
		rig.queue.fill(rig.batch, 3); // one full, one short: both in the batch that the short one ends
		rig.fetchWritable();
		rig.fill("xy");
		assertEquals(second, ring.descriptorId(0));
		assertEquals(1, ring.descriptorLength(0));
		assertEquals(third, ring.descriptorId(2));
		assertEquals(2, ring.descriptorLength(2));
	}

	@Test
	void inOrder_nextBatch_beginsWhereTheLastOneEnded() {
		open(PACKED | Feature.IN_ORDER, SIZE);
		rig.offer("ab", "cd", "ef");
		rig.completeOne();
		int untouched = ring.descriptorFlags(1);
		assertEquals(PackedRingMemory.AVAIL | PackedRingMemory.USED, ring.descriptorFlags(0));
		rig.fetchReadable();
		rig.consume(4);
		assertFalse(untouched == ring.descriptorFlags(1), "the second one is there");
		assertEquals(3, rig.pollAll());
	}

	@Test
	void usedDescriptor_saysWriteOnlyIfSomethingWasWritten() {
		rig.offer("ab");
		rig.driver.add(List.of(), List.of(rig.ram.allocate(4, 1)));
		rig.completeOne();
		rig.fetchWritable();
		rig.fill("abc");
		assertEquals(0, ring.descriptorFlags(0) & PackedRingMemory.WRITE);
		assertEquals(PackedRingMemory.WRITE, ring.descriptorFlags(1) & PackedRingMemory.WRITE);
		assertEquals(3, ring.descriptorLength(1));
	}

	// ---- a driver that lies

	private void assertViolation(String part) {
		var e = assertThrows(GuestViolationException.class, rig::fetchReadable);
		assertTrue(e.getMessage().contains(part), e.getMessage());
	}

	private void describe(int index, long address, int length, int flags) {
		ring.descriptor(index, address, length, 0, flags | PackedRingMemory.AVAIL);
	}

	@Test
	void fetch_chainWithoutEnd_isAViolation() {
		for (int i = 0; i < SIZE; i++)
			describe(i, QueueRig.BASE, 0, PackedRingMemory.NEXT);
		assertViolation("more than size=" + SIZE);
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, QueueRig.BASE - 1, QueueRig.BASE + QueueRig.BYTES - 1, Long.MAX_VALUE, -1 })
	void fetch_bufferOutsideMemory_isAViolation(long address) {
		describe(0, address, 16, 0);
		assertViolation("is not guest memory");
	}

	@Test
	void fetch_indirectWithinAChain_isAViolation() {
		describe(0, QueueRig.BASE, 1, PackedRingMemory.NEXT);
		describe(1, QueueRig.BASE, 16, PackedRingMemory.INDIRECT);
		assertViolation("within a chain");
		describe(0, QueueRig.BASE, 16, PackedRingMemory.INDIRECT | PackedRingMemory.NEXT);
		assertViolation("within a chain");
	}

	@Test
	void fetch_indirectWithinIndirect_isAViolation() {
		var table = rig.ram.allocate(16, 16);
		PackedRingMemory.descriptor(table, 0, QueueRig.BASE, 16, 0, PackedRingMemory.INDIRECT);
		describe(0, rig.ram.address(table), 16, PackedRingMemory.INDIRECT);
		assertViolation("within an indirect table");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 8, 17, -16 })
	void fetch_indirectTableOfOddLength_isAViolation(int length) {
		describe(0, QueueRig.BASE, length, PackedRingMemory.INDIRECT);
		assertViolation("indirect descriptor with length=");
	}

	@Test
	void fetch_indirectNotNegotiated_isAViolation() {
		open(PACKED, SIZE);
		describe(0, QueueRig.BASE, 16, PackedRingMemory.INDIRECT);
		assertViolation("not negotiated");
	}

	@Test
	void fetch_usedAndAvailableAlike_isNothing() {
		ring.descriptor(0, QueueRig.BASE, 1, 0, PackedRingMemory.AVAIL | PackedRingMemory.USED);
		assertEquals(0, rig.fetchReadable());
		ring.descriptor(0, QueueRig.BASE, 1, 0, PackedRingMemory.USED);
		assertEquals(0, rig.fetchReadable());
	}

	@Test
	void find_partsMisalignedOrOutside_isNull() {
		long base = QueueRig.BASE;
		assertNull(find(base, base + 2, base), "the driver's part needs 4");
		assertNull(find(base + QueueRig.BYTES - 16, base, base));
		assertNull(find(base, base + QueueRig.BYTES - 2, base));
	}

	private RingSetup find(long descriptors, long driver, long device) {
		return RingSetup.find(rig.memory, SIZE, new RingSetup.Addresses(descriptors, driver, device), PACKED, false);
	}
}
