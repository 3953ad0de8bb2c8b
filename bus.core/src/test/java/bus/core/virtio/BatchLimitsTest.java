package bus.core.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Where a batch ends, and what of the ring is then taken, whatever the ring's layout. */
@ParameterizedClass
@MethodSource("bus.core.virtio.RingKind#all")
class BatchLimitsTest {
	private final RingKind kind;
	private final QueueRig rig;

	BatchLimitsTest(RingKind kind) {
		this.kind = kind;
		this.rig = new QueueRig(kind);
	}

	@AfterEach
	void free() {
		rig.close();
	}

	private List<MemorySegment> buffers(String... texts) {
		var buffers = new ArrayList<MemorySegment>();
		for (var text : texts)
			buffers.add(rig.buffer(text));
		return buffers;
	}

	@Test
	void fetch_bytesReached_noFurtherChainIsBegun() {
		rig.offer("ab", "cd", "ef");
		assertEquals(2, rig.queue.fetch(rig.batch, false, 4, 3));
		assertEquals("abcd", rig.read());
	}

	@Test
	void fetch_halfAChainAndOthers_eachOfThoseFromItsFirstByte() {
		rig.offer("abc", "def");
		rig.fetchReadable();
		rig.consume(2);
		rig.fetchReadable();
		assertEquals("cdef", rig.read());
	}

	@Test
	void fetch_countsTheDescriptorsThatItLookedAt() {
		rig.driver.add(buffers("a", "b", "c"), List.of());
		rig.fetchReadable();
		assertEquals(kind.has(Feature.INDIRECT_DESC) ? 4 : 3, rig.batch.descriptors());
	}

	/** An empty buffer has room everywhere; that does not make the one before it fit. */
	@Test
	void fetch_chainLongerThanTheBatch_thatEndsWithNothing_isNotWhole() {
		rig.driver.add(buffers("a", "b", "c", "d", "e", ""), List.of());
		rig.fetchReadable();
		rig.consume(4);
		assertEquals(0, rig.pollAll());
		rig.fetchReadable();
		assertEquals("e", rig.read());
	}

	@Test
	void fill_chainLongerThanTheBatch_nextChainIsTheNextOne() {
		var parts = new ArrayList<MemorySegment>();
		for (int i = 0; i < 6; i++)
			parts.add(rig.ram.allocate(1, 1));
		rig.driver.add(List.of(), parts);
		rig.fetchWritable();
		rig.fill("abcd");
		assertEquals(1, rig.pollAll());
		assertEquals(0, rig.fetchReadable());
		rig.offer("next");
		assertEquals(1, rig.fetchReadable());
		assertEquals("next", rig.read());
	}

	@Test
	void discardOffered_twice_chainsOfSeveralBuffers_areDiscardedAndNoMore() {
		rig.driver.add(buffers("ab", "cd"), List.of());
		rig.offer("ef");
		rig.queue.discardOffered();
		rig.queue.discardOffered();
		rig.offer("new");
		assertEquals(2, rig.fetchReadable());
		rig.consume(4);
		assertEquals(1, rig.fetchReadable());
		rig.consume(rig.batch.bytes());
		assertFalse(rig.queue.isDiscarding());
		rig.fetchReadable();
		assertEquals("new", rig.read());
	}

	@Test
	void publish_manyBatches_eachIsSeenOnceAndInOrder() {
		for (int turn = 0; turn < 3 * rig.size; turn++) {
			rig.offer("a", "b");
			rig.completeOne();
			rig.queue.publish();
			assertEquals(1, rig.pollAll());
			rig.completeOne();
			assertEquals(1, rig.pollAll());
		}
	}
}
