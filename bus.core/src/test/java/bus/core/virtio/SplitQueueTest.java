package bus.core.virtio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import guest.driver.DriverRing;
import guest.driver.GuestRam;
import guest.driver.RingMemory;

class SplitQueueTest {
	private static final long BASE = 0x10_0000;
	private static final int BYTES = 1 << 20;
	private static final int SIZE = 8;

	private final Arena arena = Arena.ofConfined();
	private final MemorySegment memory = arena.allocate(BYTES, 4096);
	private final GuestRam ram = new GuestRam(memory, BASE);
	private final ChainBatch batch = new ChainBatch(arena, 4);
	private DriverRing driver;
	private SplitQueue queue;

	@BeforeEach
	void ring() {
		open(true, true);
	}

	@AfterEach
	void free() {
		arena.close();
	}

	private void open(boolean eventIdx, boolean indirect) {
		driver = new DriverRing(ram, SIZE, eventIdx, indirect);
		queue = device(new GuestMemory(List.of(new GuestMemory.Region(BASE, 0, memory))), eventIdx, indirect,
				RingPosition.start(0));
	}

	private SplitQueue device(GuestMemory guest, boolean eventIdx, boolean indirect, RingPosition position) {
		var setup = RingSetup.find(guest, SIZE,
				new RingSetup.Addresses(driver.descAddress(), driver.availAddress(), driver.usedAddress()), 0, false);
		long features = Feature.VERSION_1 | (eventIdx ? Feature.EVENT_IDX : 0) | (indirect ? Feature.INDIRECT_DESC : 0);
		return new SplitQueue(guest, setup, features, position);
	}

	private MemorySegment buffer(String text) {
		var buffer = ram.allocate(text.length(), 1);
		MemorySegment.copy(text.getBytes(), 0, buffer, ValueLayout.JAVA_BYTE, 0, text.length());
		return buffer;
	}

	private String read() {
		var copy = arena.allocate(64);
		long n = batch.copyTo(copy);
		return new String(copy.asSlice(0, n).toArray(ValueLayout.JAVA_BYTE));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void fetch_chainOfThree_readsInOrderAndTakesNothing(boolean indirect) {
		open(true, indirect);
		driver.add(List.of(buffer("ab"), buffer("c"), buffer("def")), List.of());
		assertEquals(1, queue.fetch(batch, false, 4, 1000));
		assertEquals("abcdef", read());
		assertEquals(RingPosition.start(0), queue.position());
		assertNull(driver.poll());
	}

	@Test
	void consume_halfAChain_resumesAtTheByte() {
		driver.add(List.of(buffer("abc"), buffer("def")), List.of());
		queue.fetch(batch, false, 4, 1000);
		queue.consume(batch, 4);
		queue.publish();
		assertNull(driver.poll());
		assertEquals(new RingPosition(0, 4), queue.position());
		queue.fetch(batch, false, 4, 1000);
		assertEquals("ef", read());
		queue.consume(batch, 2);
		queue.publish();
		assertEquals(0, driver.poll().length());
		assertEquals(new RingPosition(1, 0), queue.position());
	}

	@Test
	void consume_overSeveralChains_completesThoseUsedUp() {
		for (String text : List.of("ab", "cd", "ef"))
			driver.add(List.of(buffer(text)), List.of());
		queue.fetch(batch, false, 4, 1000);
		assertEquals("abcdef", read());
		queue.consume(batch, 5);
		queue.publish();
		assertEquals(new RingPosition(2, 1), queue.position());
		assertEquals(2, pollAll());
	}

	private int pollAll() {
		int n = 0;
		while (driver.poll() != null)
			n++;
		return n;
	}

	@Test
	void fetch_chainLongerThanBatch_comesInParts() {
		var parts = List.of(buffer("a"), buffer("b"), buffer("c"), buffer("d"), buffer("e"), buffer("f"));
		driver.add(parts, List.of());
		queue.fetch(batch, false, 4, 1000);
		assertEquals("abcd", read());
		queue.consume(batch, 4);
		queue.publish();
		assertNull(driver.poll());
		queue.fetch(batch, false, 4, 1000);
		assertEquals("ef", read());
		queue.consume(batch, 2);
		queue.publish();
		assertEquals(1, pollAll());
	}

	@Test
	void fill_twoBuffers_lastOneShortAndRestUntouched() {
		var first = ram.allocate(4, 1);
		var second = ram.allocate(4, 1);
		driver.add(List.of(), List.of(first));
		driver.add(List.of(), List.of(second));
		driver.add(List.of(), List.of(ram.allocate(4, 1)));
		queue.fetch(batch, true, 4, 1000);
		batch.copyFrom(buffer("hello!"), 6);
		queue.fill(batch, 6);
		queue.publish();
		assertEquals(4, driver.poll().length());
		assertEquals(2, driver.poll().length());
		assertNull(driver.poll());
		assertArrayEquals("o!".getBytes(), second.asSlice(0, 2).toArray(ValueLayout.JAVA_BYTE));
	}

	@Test
	void fetch_bufferOverTwoRegions_isSplitThere() {
		long cut = 4096 * 16;
		var lower = memory.asSlice(0, cut);
		var upper = arena.allocate(4096, 4096); // elsewhere in this process, next to it for the guest
		var guest = new GuestMemory(List.of(new GuestMemory.Region(BASE, 0, lower),
				new GuestMemory.Region(BASE + cut, cut, upper)));
		queue = device(guest, true, true, RingPosition.start(0));
		lower.asSlice(cut - 2).copyFrom(MemorySegment.ofArray("ab".getBytes()));
		upper.copyFrom(MemorySegment.ofArray("cd".getBytes()));
		driver.add(List.of(memory.asSlice(cut - 2, 4)), List.of());
		queue.fetch(batch, false, 4, 1000);
		assertEquals("abcd", read());
		assertEquals(2, batch.segments());
	}

	@Test
	void fetch_zeroLengthBuffers_arePassedOver() {
		driver.add(List.of(ram.allocate(0, 1), buffer("x"), ram.allocate(0, 1)), List.of());
		driver.add(List.of(ram.allocate(0, 1)), List.of());
		assertEquals(2, queue.fetch(batch, false, 4, 1000));
		assertEquals("x", read());
		queue.consume(batch, 1);
		queue.publish();
		assertEquals(2, pollAll());
	}

	@Test
	void fetch_wrongDirection_isPassedOver() {
		driver.add(List.of(buffer("in")), List.of(ram.allocate(9, 1)));
		queue.fetch(batch, false, 4, 1000);
		assertEquals(2, batch.bytes());
		queue.fetch(batch, true, 4, 1000);
		assertEquals(9, batch.bytes());
	}

	@Test
	void position_givenToANewQueue_goesOnThere() {
		driver.add(List.of(buffer("abc")), List.of());
		queue.fetch(batch, false, 4, 1000);
		queue.consume(batch, 1);
		var guest = new GuestMemory(List.of(new GuestMemory.Region(BASE, 0, memory)));
		queue = device(guest, true, true, queue.position());
		queue.fetch(batch, false, 4, 1000);
		assertEquals("bc", read());
	}

	@Test
	void index_wrapsAround_afterManyTurns() {
		for (int i = 0; i < 70_000; i++) {
			driver.add(List.of(memory.asSlice(BYTES - 1, 1)), List.of());
			assertEquals(1, queue.fetch(batch, false, 4, 1000));
			queue.consume(batch, 1);
			queue.publish();
			assertEquals(1, pollAll());
		}
		assertEquals(70_000 & 0xffff, queue.position().next());
	}

	// ---- notification

	@Test
	void isCallDue_eventIdx_onlyWhenTheEventIsPassed() {
		for (int i = 0; i < 3; i++)
			driver.add(List.of(buffer("x")), List.of());
		driver.memory().usedEvent(1); // call me when the second is there
		completeOne();
		assertFalse(queue.isCallDue());
		completeOne();
		assertTrue(queue.isCallDue());
		completeOne();
		assertFalse(queue.isCallDue());
	}

	private void completeOne() {
		queue.fetch(batch, false, 1, 1);
		queue.consume(batch, batch.bytes());
		queue.publish();
	}

	@Test
	void isCallDue_withoutEventIdx_followsTheFlag() {
		open(false, true);
		driver.add(List.of(buffer("x")), List.of());
		completeOne();
		assertTrue(queue.isCallDue());
		driver.disableInterrupts();
		driver.add(List.of(buffer("x")), List.of());
		completeOne();
		assertFalse(queue.isCallDue());
	}

	@Test
	void armKick_emptyRing_asksForTheNextOne() {
		driver.add(List.of(buffer("x")), List.of());
		assertTrue(driver.kickNeeded());
		driver.add(List.of(buffer("x")), List.of());
		assertFalse(driver.kickNeeded());
		assertTrue(queue.armKick(), "two wait");
		completeOne();
		completeOne();
		assertFalse(queue.armKick());
		driver.add(List.of(buffer("x")), List.of());
		assertTrue(driver.kickNeeded());
	}

	// ---- a driver that lies

	private void assertViolation(String part) {
		var e = assertThrows(GuestViolationException.class, () -> queue.fetch(batch, false, 4, 1000));
		assertTrue(e.getMessage().contains(part), e.getMessage());
	}

	@Test
	void fetch_availableIndexTooFarAhead_isAViolation() {
		driver.memory().availIdx(SIZE + 1);
		assertViolation("ahead of a queue of size=8");
	}

	@Test
	void fetch_headOutOfRange_isAViolation() {
		driver.memory().availRing(0, SIZE);
		driver.memory().availIdx(1);
		assertViolation("head=8");
	}

	@Test
	void fetch_chainThatBitesItsTail_isAViolation() {
		driver.memory().descriptor(0, BASE, 0, RingMemory.NEXT, 1);
		driver.memory().descriptor(1, BASE, 0, RingMemory.NEXT, 0);
		driver.memory().availRing(0, 0);
		driver.memory().availIdx(1);
		assertViolation("more than size=8");
	}

	@Test
	void fetch_nextOutOfRange_isAViolation() {
		driver.memory().descriptor(0, BASE, 1, RingMemory.NEXT, 4711);
		driver.memory().availRing(0, 0);
		driver.memory().availIdx(1);
		assertViolation("next=4711");
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, BASE - 1, BASE + BYTES - 1, Long.MAX_VALUE, -1 })
	void fetch_bufferOutsideMemory_isAViolation(long address) {
		driver.memory().descriptor(0, address, 16, 0, 0);
		driver.memory().availRing(0, 0);
		driver.memory().availIdx(1);
		assertViolation("is not guest memory");
	}

	@Test
	void fetch_indirectWithinIndirect_isAViolation() {
		var table = ram.allocate(16, 16);
		RingMemory.descriptor(table, 0, BASE, 16, RingMemory.INDIRECT, 0);
		driver.memory().descriptor(0, ram.address(table), 16, RingMemory.INDIRECT, 0);
		driver.memory().availRing(0, 0);
		driver.memory().availIdx(1);
		assertViolation("within an indirect table");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 8, 17, -16 })
	void fetch_indirectTableOfOddLength_isAViolation(int length) {
		driver.memory().descriptor(0, BASE, length, RingMemory.INDIRECT, 0);
		driver.memory().availRing(0, 0);
		driver.memory().availIdx(1);
		assertViolation("indirect descriptor with length=");
	}

	@Test
	void fetch_indirectNotNegotiated_isAViolation() {
		open(true, false);
		driver.memory().descriptor(0, BASE, 16, RingMemory.INDIRECT, 0);
		driver.memory().availRing(0, 0);
		driver.memory().availIdx(1);
		assertViolation("not negotiated");
	}

	@Test
	void find_ringThatLeavesItsRegion_isNull() {
		var guest = new GuestMemory(List.of(new GuestMemory.Region(BASE, 0, memory)));
		var end = BASE + BYTES - 16;
		assertNull(RingSetup.find(guest, SIZE, new RingSetup.Addresses(end, BASE, BASE), 0, false));
		assertNull(RingSetup.find(guest, SIZE, new RingSetup.Addresses(BASE, BASE, -8), 0, false));
	}
}
