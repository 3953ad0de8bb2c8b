package bus.core.virtio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import guest.driver.DriverRing;

/** What every queue does with an honest driver, whatever its layout. */
@ParameterizedClass
@MethodSource("bus.core.virtio.RingKind#all")
class VirtqueueTest {
	private final RingKind kind;
	private final QueueRig rig;

	VirtqueueTest(RingKind kind) {
		this.kind = kind;
		this.rig = new QueueRig(kind);
	}

	@AfterEach
	void free() {
		rig.close();
	}

	@Test
	void fetch_chainOfThree_readsInOrderAndTakesNothing() {
		rig.driver.add(List.of(rig.buffer("ab"), rig.buffer("c"), rig.buffer("def")), List.of());
		assertEquals(1, rig.fetchReadable());
		assertEquals("abcdef", rig.read());
		assertEquals(RingPosition.start(kind.features()), rig.queue.position());
		assertNull(rig.driver.poll());
	}

	@Test
	void consume_halfAChain_resumesAtTheByte() {
		rig.driver.add(List.of(rig.buffer("abc"), rig.buffer("def")), List.of());
		rig.fetchReadable();
		rig.consume(4);
		assertNull(rig.driver.poll());
		assertEquals(new RingPosition(RingPosition.start(kind.features()).next(), 4), rig.queue.position());
		rig.fetchReadable();
		assertEquals("ef", rig.read());
		rig.consume(2);
		assertEquals(0, rig.driver.poll().length());
		assertFalse(rig.queue.isWithinChain());
		assertEquals(0, rig.fetchReadable());
	}

	@Test
	void consume_overSeveralChains_completesThoseUsedUp() {
		rig.offer("ab", "cd", "ef");
		rig.fetchReadable();
		assertEquals("abcdef", rig.read());
		rig.consume(5);
		assertEquals(1, rig.queue.position().offset());
		assertEquals(2, rig.pollAll());
		rig.fetchReadable();
		assertEquals("f", rig.read());
	}

	@Test
	void fetch_chainLongerThanBatch_comesInParts() {
		rig.driver.add(List.of(rig.buffer("a"), rig.buffer("b"), rig.buffer("c"), rig.buffer("d"), rig.buffer("e"),
				rig.buffer("f")), List.of());
		rig.fetchReadable();
		assertEquals("abcd", rig.read());
		rig.consume(4);
		assertNull(rig.driver.poll());
		rig.fetchReadable();
		assertEquals("ef", rig.read());
		rig.consume(2);
		assertEquals(1, rig.pollAll());
	}

	@Test
	void fill_chainLongerThanBatch_isReturnedWithWhatTheBatchTook() {
		var parts = new ArrayList<MemorySegment>();
		for (int i = 0; i < 6; i++)
			parts.add(rig.ram.allocate(1, 1));
		rig.driver.add(List.of(), parts);
		rig.fetchWritable();
		rig.fill("abcd");
		assertEquals(4, rig.driver.poll().length());
		rig.offer("next");
		rig.fetchReadable();
		assertEquals("next", rig.read(), "the whole chain was passed over");
	}

	@Test
	void fill_twoBuffers_lastOneShortAndRestUntouched() {
		var second = rig.ram.allocate(4, 1);
		rig.driver.add(List.of(), List.of(rig.ram.allocate(4, 1)));
		rig.driver.add(List.of(), List.of(second));
		rig.driver.add(List.of(), List.of(rig.ram.allocate(4, 1)));
		rig.fetchWritable();
		rig.fill("hello!");
		assertEquals(4, rig.driver.poll().length());
		assertEquals(2, rig.driver.poll().length());
		assertNull(rig.driver.poll());
		assertArrayEquals("o!".getBytes(), second.asSlice(0, 2).toArray(ValueLayout.JAVA_BYTE));
	}

	@Test
	void fetch_bufferOverTwoRegions_isSplitThere() {
		long cut = 4096 * 16;
		var lower = rig.bytes.asSlice(0, cut);
		var upper = rig.arena.allocate(4096, 4096); // elsewhere in this process, next to it for the guest
		rig.queue = rig.device(new GuestMemory(List.of(new GuestMemory.Region(QueueRig.BASE, 0, lower),
				new GuestMemory.Region(QueueRig.BASE + cut, cut, upper))), RingPosition.start(kind.features()));
		lower.asSlice(cut - 2).copyFrom(MemorySegment.ofArray("ab".getBytes()));
		upper.copyFrom(MemorySegment.ofArray("cd".getBytes()));
		rig.driver.add(List.of(rig.bytes.asSlice(cut - 2, 4)), List.of());
		rig.fetchReadable();
		assertEquals("abcd", rig.read());
		assertEquals(2, rig.batch.segments());
	}

	@Test
	void fetch_chainOverRegionsInAnyOrder_isReadInTheChainsOrder() {
		long far = QueueRig.BASE + (1L << 32);
		var other = rig.arena.allocate(4096, 4096);
		rig.queue = rig.device(new GuestMemory(List.of(new GuestMemory.Region(far, 0, other),
				new GuestMemory.Region(QueueRig.BASE, 1L << 40, rig.bytes))), RingPosition.start(kind.features()));
		rig.driver.add(List.of(rig.buffer("one "), rig.buffer("two "), rig.buffer("three")), List.of());
		rig.fetchReadable();
		assertEquals("one two three", rig.read());
	}

	@Test
	void fetch_zeroLengthBuffers_arePassedOver() {
		rig.driver.add(List.of(rig.ram.allocate(0, 1), rig.buffer("x"), rig.ram.allocate(0, 1)), List.of());
		rig.driver.add(List.of(rig.ram.allocate(0, 1)), List.of());
		assertEquals(2, rig.fetchReadable());
		assertEquals("x", rig.read());
		rig.consume(1);
		assertEquals(2, rig.pollAll());
	}

	@Test
	void fill_buffersOfOneByte_eachHoldsOne() {
		for (int i = 0; i < 4; i++)
			rig.driver.add(List.of(), List.of(rig.ram.allocate(1, 1)));
		rig.fetchWritable();
		rig.fill("abc");
		for (int i = 0; i < 3; i++)
			assertEquals(1, rig.driver.poll().length());
		assertNull(rig.driver.poll());
	}

	@Test
	void fetch_wrongDirection_isPassedOver() {
		rig.driver.add(List.of(rig.buffer("in")), List.of(rig.ram.allocate(9, 1)));
		rig.fetchReadable();
		assertEquals(2, rig.batch.bytes());
		rig.fetchWritable();
		assertEquals(9, rig.batch.bytes());
	}

	@Test
	void position_givenToANewQueue_goesOnThere() {
		rig.offer("used up", "abc");
		rig.fetchReadable();
		rig.consume(8);
		rig.queue = rig.device(rig.memory, rig.queue.position());
		assertFalse(rig.queue.isFresh());
		rig.fetchReadable();
		assertEquals("bc", rig.read());
	}

	/** Chains of one to three buffers, taken in pieces, for many turns of the ring and of its index. */
	@Test
	void manyTurns_chainsOfAllLengths_nothingLostOrDoubled() {
		long seed = System.nanoTime();
		System.out.println(kind + " seed " + seed);
		var random = new Random(seed);
		var pool = new ArrayDeque<MemorySegment>();
		for (int i = 0; i < 32; i++) // more than a ring of 8 with chains of 3 can have at once
			pool.add(rig.ram.allocate(2, 1));
		byte offered = 0;
		byte taken = 0;
		var copy = rig.arena.allocate(64);
		for (int i = 0; i < 150_000; i++) {
			var chain = new ArrayList<MemorySegment>();
			for (int parts = 1 + random.nextInt(3); parts > 0 && rig.driver.freeDescriptors() >= 3; parts--)
				chain.add(next(pool).fill(offered));
			if (!chain.isEmpty() && rig.driver.add(chain, List.of()) != DriverRing.FULL)
				offered++;
			rig.queue.fetch(rig.batch, false, 1 + random.nextInt(4), 1000);
			rig.batch.copyTo(copy);
			int count = random.nextInt((int) rig.batch.bytes() + 1);
			rig.consume(count);
			for (int at = 0; at < count; at++) {
				byte value = copy.get(ValueLayout.JAVA_BYTE, at);
				assertTrue(value == taken || value == (byte) (taken + 1), "seed " + seed + " step " + i);
				taken = value;
			}
			rig.pollAll();
		}
	}

	private static MemorySegment next(ArrayDeque<MemorySegment> pool) {
		pool.addLast(pool.removeFirst());
		return pool.getLast();
	}

	@Test
	void discardOffered_whatCameBefore_comesAlone() {
		rig.offer("old", "older");
		rig.queue.discardOffered();
		rig.offer("new");
		assertTrue(rig.queue.isDiscarding());
		assertEquals(2, rig.fetchReadable());
		rig.consume(rig.batch.bytes());
		assertFalse(rig.queue.isDiscarding());
		rig.fetchReadable();
		assertEquals("new", rig.read());
	}

	// ---- notification

	@Test
	void isCallDue_driverLooks_calledForTheNextOne() {
		rig.offer("x", "y");
		rig.completeOne();
		assertTrue(rig.queue.isCallDue());
		assertFalse(rig.queue.isCallDue(), "nothing since");
		rig.pollAll();
		rig.completeOne();
		assertTrue(rig.queue.isCallDue());
	}

	@Test
	void isCallDue_interruptsDisabled_isNot() {
		rig.driver.disableInterrupts();
		rig.offer("x");
		rig.completeOne();
		assertFalse(rig.queue.isCallDue());
		rig.driver.enableInterrupts();
		rig.pollAll();
		rig.offer("x");
		rig.completeOne();
		assertTrue(rig.queue.isCallDue());
	}

	/** A driver that cannot be told when to kick, and one whose queue would be full by then, kick for each chain. */
	@Test
	void stride_eventIdxAndALargeQueue_orNever() {
		try (var large = new QueueRig(kind, 64)) {
			stream(large);
			assertEquals(kind.has(Feature.EVENT_IDX), large.queue.stride().isLong());
		}
		stream(rig);
		assertFalse(rig.queue.stride().isLong());
	}

	private static void stream(QueueRig to) {
		for (int i = 0; i < 20; i++) {
			to.queue.stride().begin();
			to.offer("a", "b", "c");
			to.completeWhole();
			to.queue.stride().isEnough(to.batch);
			assertEquals(3, to.pollAll());
		}
	}

	@Test
	void armKick_emptyRing_asksForTheNextOne() {
		rig.offer("x");
		assertTrue(rig.driver.kickNeeded());
		assertTrue(rig.queue.armKick(), "one waits");
		rig.completeOne();
		assertFalse(rig.queue.armKick());
		rig.offer("x");
		assertTrue(rig.driver.kickNeeded());
		rig.completeOne();
		rig.pollAll();
	}

	/** An idle ring is looked at by nobody, so that its driver has to kick. */
	@Test
	void awaitMore_ringThatIsNotWatchedOrNotInUse_asksForAKick() {
		assertFalse(rig.queue.awaitMore(true));
		assertTrue(offersWithKick());
		rig.completeOne();
		rig.queue.watch();
		assertFalse(rig.queue.awaitMore(false));
		assertFalse(rig.queue.isWaiting());
		assertTrue(offersWithKick());
	}

	private boolean offersWithKick() {
		rig.offer("x");
		return rig.driver.kickNeeded();
	}

	@Test
	void awaitMore_watchedRingInUse_needsNoKickUntilItRests() {
		rig.queue.watch();
		assertFalse(rig.queue.awaitMore(false));
		offersWithKick();
		for (int i = 0; i < 100; i++) {
			rig.completeOne();
			rig.pollAll();
			assertFalse(rig.queue.awaitMore(i % 2 == 0));
			assertTrue(rig.queue.isWaiting());
			assertFalse(rig.queue.isOffering());
			assertFalse(offersWithKick(), "round " + i);
			assertTrue(rig.queue.isOffering());
			rig.queue.beginTurn();
			assertFalse(rig.queue.isWaiting());
		}
		rig.completeOne();
		rig.pollAll();
		rig.queue.awaitMore(true);
		assertFalse(rig.queue.rest());
		assertFalse(rig.queue.isWaiting());
		assertTrue(offersWithKick());
	}

	@Test
	void rest_offeredAfterTheLastLook_isSeen() {
		rig.queue.watch();
		rig.offer("x");
		rig.completeOne();
		rig.pollAll();
		rig.queue.awaitMore(true);
		rig.offer("x");
		assertTrue(rig.queue.rest());
	}

	@Test
	void kick_eventIdx_isAskedForOnce() {
		rig.queue.armKick();
		rig.offer("x");
		assertTrue(rig.driver.kickNeeded());
		rig.offer("y");
		assertEquals(!kind.has(Feature.EVENT_IDX), rig.driver.kickNeeded());
	}
}
