package bus.core.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import guest.driver.PackedDriverRing;
import guest.driver.PackedRingMemory;

/** When the driver of a packed ring is called, and when it is to kick: the event suppression structures. */
class PackedEventsTest {
	private static final long PACKED = Feature.VERSION_1 | Feature.RING_PACKED;
	private static final int SIZE = 5;
	private static final int WRAP = 1 << 15;

	private QueueRig rig;
	private PackedRingMemory ring;

	PackedEventsTest() {
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

	/** The event is in the turn before, this one, or the next; completed are descriptors 3, 4 and, a turn later, 0. */
	@ParameterizedTest
	@CsvSource({ "2, true, false", "3, true, true", "4, true, true", "0, false, true", "1, false, false", "0, true, false" })
	void isCallDue_eventIdx_onlyWhenTheEventIsPassed(int index, boolean firstTurn, boolean due) {
		rig.pass(3);
		rig.queue.isCallDue();
		rig.offer("x", "y", "z");
		ring.driverEventOffset(index | (firstTurn ? WRAP : 0));
		ring.driverEventFlags(PackedRingMemory.EVENTS_AT);
		rig.fetchReadable();
		rig.consume(3);
		assertEquals(due, rig.queue.isCallDue());
	}

	@ParameterizedTest
	@CsvSource({ "0, true", "1, true", "2, true", "3, false" })
	void isCallDue_eventWithinAChain_isPassedWithIt(int index, boolean due) {
		open(PACKED | Feature.EVENT_IDX, SIZE); // or the chain would be one indirect descriptor
		rig.driver.add(List.of(rig.buffer("a"), rig.buffer("b"), rig.buffer("c")), List.of());
		ring.driverEventOffset(index | WRAP);
		ring.driverEventFlags(PackedRingMemory.EVENTS_AT);
		rig.completeWhole();
		assertEquals(due, rig.queue.isCallDue());
	}

	@Test
	void event_withoutEventIdx_isNeitherReadNorWritten() {
		open(PACKED, SIZE);
		rig.offer("x");
		ring.driverEventOffset(3 | WRAP);
		ring.driverEventFlags(PackedRingMemory.EVENTS_AT); // reserved then, and no wish for silence
		rig.completeOne();
		assertTrue(rig.queue.isCallDue());
		rig.queue.armKick();
		assertEquals(0, ring.deviceEventFlags());
		assertEquals(0, ring.deviceEventOffset());
	}

	@ParameterizedTest
	@ValueSource(ints = { SIZE, SIZE + 1, 3 * SIZE })
	void isCallDue_wholeTurnSinceTheLastLook_isWhateverTheEvent(int chains) {
		for (int i = 0; i < chains; i++) {
			rig.offer("x");
			rig.completeOne();
			rig.pollAll();
		}
		ring.driverEventOffset(3);
		assertTrue(rig.queue.isCallDue());
	}

	@Test
	void armKick_eventIdx_asksForTheNextDescriptor() {
		rig.pass(SIZE + 1);
		rig.queue.armKick();
		assertEquals(1, ring.deviceEventOffset());
		assertEquals(PackedRingMemory.EVENTS_AT, ring.deviceEventFlags());
	}
}
