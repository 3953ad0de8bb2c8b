package bus.core.console;

import static bus.core.console.DeviceRig.OUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import bus.core.virtio.Feature;
import bus.core.virtio.RingKind;

/** A guest that writes a stream kicks and is called for dozens of buffers; who waits for something waits no longer for it. */
@ParameterizedClass
@MethodSource("kinds")
class StrideTest {
	private static final int QUEUE = 128;
	/** Pairs of chains that make a stream: each has one that was not waited for. */
	private static final int PAIRS = 17;
	private static final int STRIDE = 24;

	private final DeviceRig rig;
	private RecordingPort port;
	private int kicks;

	StrideTest(RingKind kind) {
		rig = new DeviceRig(kind, 3);
		rig.entries = QUEUE;
	}

	static Stream<RingKind> kinds() {
		return RingKind.all().filter(kind -> kind.has(Feature.EVENT_IDX));
	}

	@BeforeEach
	void boot() throws Exception {
		port = rig.port();
	}

	@AfterEach
	void free() {
		rig.close();
	}

	/** As Linux does it: looks for used buffers first, kicks if it is to. */
	private void write(int chains) {
		for (int i = 0; i < chains; i++) {
			rig.drain(OUT);
			rig.offer(OUT, "x");
		}
		if (rig.rings.get(OUT).kickNeeded()) {
			kicks++;
			rig.kick(OUT);
		}
	}

	/** A stream that is known as one, and of which nothing is left. */
	private void begin() {
		for (int i = 0; i < PAIRS; i++)
			write(2);
		assertEquals(PAIRS, kicks);
		kicks = 0;
		port.taken.setLength(0);
		rig.calls.clear();
	}

	private int calls() {
		return rig.calls.getOrDefault(OUT, 0);
	}

	private int taken() {
		return port.taken.length();
	}

	@Test
	void s40_stream_oneKickAStride_noCalls() {
		begin();
		int chains = 100 * STRIDE;
		for (int i = 0; i < chains; i++) {
			write(1);
			if (i % 50 == 0)
				rig.tick(); // each finds that there was a turn, or nearly so
		}
		assertEquals(chains, taken());
		assertEquals(100, kicks);
		assertEquals(0, calls());
	}

	/** One buffer more, while a stride is being moved, begins the next one. */
	@Test
	void chainThatComesDuringATurn_waitsForItsStride() {
		begin();
		port.duringGuestData = () -> rig.offer(OUT, "x");
		write(STRIDE);
		port.duringGuestData = () -> {
		};
		assertEquals(STRIDE, taken());
		write(STRIDE - 1);
		assertEquals(2 * STRIDE, taken());
		assertEquals(2, kicks);
	}

	/** Linux spins for each buffer of a console's, with interrupts off. */
	@Test
	void console_driverRunsAhead_isKickedAndCalledForEachTurn() throws Exception {
		var console = rig.plugged("", 0);
		rig.bootGuest();
		for (int i = 1; i <= 100; i++) {
			rig.offer(1, "x");
			rig.offer(1, "x");
			rig.kick(1);
			assertEquals(2, rig.drain(1));
			assertEquals(2 * i, console.taken.length());
			assertEquals(i, rig.calls.get(1));
		}
	}

	/** Its driver does not kick anyway, and whoever looks at it waits for the next chain, not for the twentieth. */
	@Test
	void ringThatIsLookedAt_hasNone() throws Exception {
		rig.device.watchRings();
		rig.bootGuest();
		for (int i = 0; i < 100; i++) {
			rig.drain(OUT);
			rig.offer(OUT, "x");
			rig.offer(OUT, "x");
			rig.kick(OUT);
		}
		assertFalse(rig.tickRequested);
		assertEquals(200, taken());
	}

	@Test
	void queueBroken_clockStops() {
		begin();
		write(STRIDE);
		rig.lie(OUT);
		rig.kick(OUT);
		for (int i = 0; i < 4; i++)
			rig.tick();
		assertFalse(rig.tickRequested);
		assertEquals(1, rig.errors.size());
	}

	@Test
	void portHeldForItsNextInstance_clockStops() {
		begin();
		rig.offLoop(() -> rig.bus.hold(port));
		write(STRIDE);
		rig.tick();
		rig.tick();
		rig.tick();
		assertFalse(rig.tickRequested);
		assertEquals(0, taken());
	}

	@Test
	void s40_shortOfAStride_secondTickBringsIt_andTheCall() {
		begin();
		write(STRIDE - 1);
		assertEquals(0, kicks);
		rig.tick();
		assertEquals(0, taken(), "the turn before the tick was a moment ago, as far as the clock can tell");
		rig.tick();
		assertEquals(STRIDE - 1, taken());
		assertEquals(1, calls());
	}

	@Test
	void streamEnds_lastCallComes_clockStops_nextKickIsForOne() {
		begin();
		write(STRIDE);
		assertEquals(0, calls());
		rig.tick();
		rig.tick();
		assertEquals(1, calls());
		rig.tick();
		assertFalse(rig.tickRequested);
		write(1);
		assertEquals(2, kicks);
		assertEquals(STRIDE + 1, taken());
	}

	@Test
	void queueHalfFull_driverMayWait_isCalledAtOnce() {
		begin();
		write(QUEUE / 2);
		assertEquals(1, calls());
		assertEquals(QUEUE / 2, taken());
	}

	/** The driver has filled its queue while a batch was on its way: the call is for what it got before it was full. */
	@Test
	void queueFullBehindTheDevicesBack_isCalledAtOnce() {
		begin();
		port.duringGuestData = () -> {
			port.duringGuestData = () -> {
			};
			while (rig.rings.get(OUT).freeDescriptors() > 0)
				rig.offer(OUT, "x");
		};
		write(STRIDE);
		assertTrue(calls() > 0);
		assertEquals(QUEUE, taken());
	}

	@Test
	void driverThatWaitsForEach_isKickedAndCalledForEach() {
		for (int i = 1; i <= 500; i++) {
			write(1);
			assertEquals(i, kicks);
			assertEquals(i, calls());
		}
		assertFalse(rig.tickRequested);
	}

	@Test
	void burstsThatAreAnswered_neverWait() {
		rig.postRoom(DeviceRig.IN, 64);
		for (int i = 1; i <= 200; i++) {
			write(10);
			assertEquals(10 * i, taken());
			port.toGive = "answer";
			port.guest.readable();
			rig.run();
			assertEquals("answer", rig.readRaw(DeviceRig.IN).getFirst());
			rig.postRoom(DeviceRig.IN, 64);
		}
		assertEquals(200, kicks);
		assertFalse(rig.tickRequested);
	}

	/** Who waits after each burst is made to wait for the clock more and more seldom. */
	@Test
	void burstsThatAreWaitedFor_waitForTheClockSeldom() {
		int waits = 0;
		for (int i = 1; i <= 2000; i++) {
			write(10);
			if (taken() < 10 * i || calls() < i) {
				waits++;
				rig.tick();
				rig.tick();
			}
			assertEquals(10 * i, taken());
			rig.calls.put(OUT, i);
		}
		assertTrue(waits < 15, waits + " waits");
	}

	@Test
	void largeBuffers_shorterStride() {
		begin();
		String large = "x".repeat(16 * 1024);
		rig.offer(OUT, large);
		rig.kick(OUT);
		kicks = 0;
		for (int i = 0; i < 80; i++) {
			rig.drain(OUT);
			rig.offer(OUT, large);
			if (rig.rings.get(OUT).kickNeeded()) {
				kicks++;
				rig.kick(OUT);
			}
		}
		assertEquals(10, kicks);
	}

	@Test
	void portTakesNoMore_clockStops_nothingIsLost() {
		begin();
		port.allowance = STRIDE + 5;
		write(STRIDE);
		write(STRIDE);
		rig.tick();
		rig.tick();
		assertEquals(STRIDE + 5, taken());
		assertFalse(rig.tickRequested);
		port.allowance = Integer.MAX_VALUE;
		port.guest.writable();
		rig.run();
		assertEquals(2 * STRIDE, taken());
	}

	@Test
	void queueStopped_driverHearsOfWhatItGot() {
		begin();
		write(STRIDE);
		assertEquals(0, calls());
		rig.device.stop(OUT);
		assertEquals(1, calls());
		rig.tick();
		assertFalse(rig.tickRequested);
	}

	@Test
	void memoryReplaced_driverHearsOfWhatItGot_andItGoesOn() {
		begin();
		write(STRIDE);
		rig.replace(OUT);
		rig.run();
		assertEquals(1, calls());
		write(1);
		assertEquals(STRIDE + 1, taken());
	}

	@Test
	void portUnplugged_streamIsDiscardedWithoutWaiting() {
		begin();
		write(STRIDE / 2);
		rig.offLoop(() -> rig.bus.unplug(port));
		rig.run();
		assertEquals(STRIDE / 2, rig.drain(OUT));
	}
}
