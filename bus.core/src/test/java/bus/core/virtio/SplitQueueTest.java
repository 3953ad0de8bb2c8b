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

import guest.driver.SplitDriverRing;
import guest.driver.SplitRingMemory;

/** What only a split ring can be asked, and the lies that only its driver can tell. */
class SplitQueueTest {
	private static final int SIZE = 8;

	private QueueRig rig;
	private SplitRingMemory ring;

	SplitQueueTest() {
		open(RingKind.USUAL);
	}

	private void open(RingKind kind) {
		if (rig != null)
			rig.close();
		rig = new QueueRig(kind, SIZE);
		ring = ((SplitDriverRing) rig.driver).memory();
	}

	@AfterEach
	void free() {
		rig.close();
	}

	@Test
	void isCallDue_eventIdx_onlyWhenTheEventIsPassed() {
		rig.offer("x", "x", "x");
		ring.usedEvent(1); // call me when the second is there
		rig.completeOne();
		assertFalse(rig.queue.isCallDue());
		rig.completeOne();
		assertTrue(rig.queue.isCallDue());
		rig.completeOne();
		assertFalse(rig.queue.isCallDue());
	}

	@Test
	void isCallDue_batch_eventsBeforeItArePassed() {
		rig.offer("x", "x", "x", "x");
		ring.usedEvent(0);
		rig.queue.fetch(rig.batch, false, 3, 1000);
		rig.consume(3);
		assertTrue(rig.queue.isCallDue());
		ring.usedEvent(1);
		rig.completeOne();
		assertFalse(rig.queue.isCallDue());
	}

	@Test
	void isCallDue_eventIdx_flagIsNotLookedAt() {
		ring.availFlags(SplitRingMemory.NO_INTERRUPT);
		rig.offer("x");
		rig.completeOne();
		assertTrue(rig.queue.isCallDue());
	}

	@Test
	void armKick_withoutEventIdx_writesNoEvent() {
		open(new RingKind(Feature.VERSION_1));
		ring.availEvent(4711);
		rig.offer("x");
		rig.completeOne();
		rig.queue.armKick();
		assertEquals(4711, ring.availEvent());
	}

	@Test
	void start_flagOfADeviceBefore_isCleared() {
		ring.usedFlags(SplitRingMemory.NO_NOTIFY);
		rig.queue = rig.device(rig.memory, RingPosition.start(0));
		assertEquals(0, ring.usedFlags());
	}

	@Test
	void start_behindWhatWasGivenBack_goesOnInTheUsedRing() {
		rig.offer("x", "y", "z");
		rig.queue = rig.device(rig.memory, new RingPosition(2, 0));
		rig.fetchReadable();
		assertEquals("z", rig.read());
		rig.consume(1);
		assertEquals(1, ring.usedIdx());
		assertEquals(2, ring.usedId(0));
	}

	@Test
	void inOrder_batch_isOneEntryInItsFirstPlaceThatNamesTheLastChain() {
		open(new RingKind(Feature.VERSION_1 | Feature.IN_ORDER));
		ring.usedElement(1, -1, -1);
		rig.offer("ab", "cd", "ef");
		rig.fetchReadable();
		rig.consume(6);
		assertEquals(3, ring.usedIdx());
		assertEquals(2, ring.usedId(0));
		assertEquals(-1, ring.usedId(1), "not touched");
	}

	@Test
	void inOrder_chainThatIsNotFull_endsItsBatch() {
		open(new RingKind(Feature.VERSION_1 | Feature.IN_ORDER));
		for (int i = 0; i < 3; i++)
			rig.driver.add(List.of(), List.of(rig.ram.allocate(2, 1)));
		rig.fetchWritable();
		rig.queue.fill(rig.batch, 3); // one full, one short: both in the batch that the short one ends
		rig.fetchWritable();
		rig.fill("xy");
		assertEquals(1, ring.usedId(0));
		assertEquals(1, ring.usedLength(0));
		assertEquals(2, ring.usedId(2));
	}

	@Test
	void isFresh_backAtTheStartAfter65536Chains_isNot() {
		assertTrue(rig.queue.isFresh());
		rig.offer("x");
		assertTrue(rig.queue.isFresh(), "a driver may offer something before the device starts");
		for (int i = 0; i < 0x10000; i++) {
			rig.completeOne();
			assertEquals(1, rig.pollAll());
			if (i < 0xffff)
				rig.driver.add(List.of(rig.bytes.asSlice(QueueRig.BYTES - 1, 1)), List.of());
		}
		assertEquals(RingPosition.start(0), rig.queue.position());
		assertFalse(rig.queue.isFresh());
	}

	@Test
	void index_wrapsAround_afterManyTurns() {
		for (int i = 0; i < 70_000; i++) {
			rig.driver.add(List.of(rig.bytes.asSlice(QueueRig.BYTES - 1, 1)), List.of());
			rig.completeOne();
			assertEquals(1, rig.pollAll());
		}
		assertEquals(70_000 & 0xffff, rig.queue.position().next());
	}

	// ---- a driver that lies

	private void assertViolation(String part) {
		var e = assertThrows(GuestViolationException.class, rig::fetchReadable);
		assertTrue(e.getMessage().contains(part), e.getMessage());
	}

	@Test
	void fetch_availableIndexTooFarAhead_isAViolation() {
		ring.availIdx(SIZE + 1);
		assertViolation("ahead of a queue of size=8");
	}

	@Test
	void fetch_headOutOfRange_isAViolation() {
		ring.availRing(0, SIZE);
		ring.availIdx(1);
		assertViolation("head=8");
	}

	@Test
	void fetch_chainThatBitesItsTail_isAViolation() {
		ring.descriptor(0, QueueRig.BASE, 0, SplitRingMemory.NEXT, 1);
		ring.descriptor(1, QueueRig.BASE, 0, SplitRingMemory.NEXT, 0);
		ring.availRing(0, 0);
		ring.availIdx(1);
		assertViolation("more than size=8");
	}

	@Test
	void fetch_nextOutOfRange_isAViolation() {
		ring.descriptor(0, QueueRig.BASE, 1, SplitRingMemory.NEXT, 4711);
		ring.availRing(0, 0);
		ring.availIdx(1);
		assertViolation("next=4711");
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, QueueRig.BASE - 1, QueueRig.BASE + QueueRig.BYTES - 1, Long.MAX_VALUE, -1 })
	void fetch_bufferOutsideMemory_isAViolation(long address) {
		ring.descriptor(0, address, 16, 0, 0);
		ring.availRing(0, 0);
		ring.availIdx(1);
		assertViolation("is not guest memory");
	}

	@Test
	void fetch_indirectWithinIndirect_isAViolation() {
		var table = rig.ram.allocate(16, 16);
		SplitRingMemory.descriptor(table, 0, QueueRig.BASE, 16, SplitRingMemory.INDIRECT, 0);
		ring.descriptor(0, rig.ram.address(table), 16, SplitRingMemory.INDIRECT, 0);
		ring.availRing(0, 0);
		ring.availIdx(1);
		assertViolation("within an indirect table");
	}

	@Test
	void fetch_indirectWithANextOne_isAViolation() {
		ring.descriptor(0, QueueRig.BASE, 16, SplitRingMemory.INDIRECT | SplitRingMemory.NEXT, 1);
		ring.availRing(0, 0);
		ring.availIdx(1);
		assertViolation("indirect descriptor with length=16 flags=5");
	}

	@Test
	void fetch_nextOutOfItsTable_isAViolation() {
		var table = rig.ram.allocate(16, 16);
		SplitRingMemory.descriptor(table, 0, QueueRig.BASE, 1, SplitRingMemory.NEXT, 1);
		ring.descriptor(0, rig.ram.address(table), 16, SplitRingMemory.INDIRECT, 0);
		ring.availRing(0, 0);
		ring.availIdx(1);
		assertViolation("next=1 in an indirect table of 1");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 8, 17, -16 })
	void fetch_indirectTableOfOddLength_isAViolation(int length) {
		ring.descriptor(0, QueueRig.BASE, length, SplitRingMemory.INDIRECT, 0);
		ring.availRing(0, 0);
		ring.availIdx(1);
		assertViolation("indirect descriptor with length=");
	}

	@Test
	void fetch_indirectNotNegotiated_isAViolation() {
		open(new RingKind(Feature.VERSION_1));
		ring.descriptor(0, QueueRig.BASE, 16, SplitRingMemory.INDIRECT, 0);
		ring.availRing(0, 0);
		ring.availIdx(1);
		assertViolation("not negotiated");
	}

	@Test
	void find_ringThatLeavesItsRegion_isNull() {
		long end = QueueRig.BASE + QueueRig.BYTES - 16;
		assertNull(find(end, QueueRig.BASE, QueueRig.BASE));
		assertNull(find(QueueRig.BASE, QueueRig.BASE, -8));
	}

	private RingSetup find(long descriptors, long driver, long device) {
		return RingSetup.find(rig.memory, SIZE, new RingSetup.Addresses(descriptors, driver, device), 0, false);
	}
}
