package bus.core.console;

import static bus.core.console.DeviceRig.OUT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import bus.core.virtio.Feature;
import bus.core.virtio.RingKind;
import bus.core.virtio.RingPosition;
import bus.core.virtio.RingSetup;
import bus.core.virtio.Virtqueue;
import guest.driver.DriverRing;
import guest.driver.PackedDriverRing;
import guest.driver.PackedRingMemory;
import guest.driver.SplitDriverRing;
import guest.driver.SplitRingMemory;

/** A guest that writes what it likes into its rings: at worst it loses the queue. */
@Timeout(60)
class HostileRingTest {
	private static final int LARGEST = Virtqueue.MAX_SIZE;
	private static final long MILLIS = 500;

	private DeviceRig rig = new DeviceRig(3);
	private Random random;
	private MemorySegment table;

	@AfterEach
	void close() {
		rig.close();
	}

	@ParameterizedTest
	@MethodSource("bus.core.virtio.RingKind#all")
	void randomRings_latchAtMost_andTheNextDriverFindsADeviceThatWorks(RingKind kind) throws Exception {
		rig.close();
		rig = new DeviceRig(kind, 3);
		long seed = System.nanoTime();
		System.out.println(kind + " seed " + seed);
		random = new Random(seed);
		var ports = List.of(rig.plugged("con", 0), rig.plugged("a", 1), rig.plugged("b", 2));
		long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MILLIS);
		int broken = 0;
		// on a busy machine the time is over after a few: then on until enough were broken
		for (int episode = 0; System.nanoTime() < end || broken <= 10 && episode < 1000; episode++) {
			rig.ram.reset();
			table = rig.ram.allocate(64 * SplitRingMemory.DESCRIPTOR_SIZE, 16);
			rig.startDriver();
			for (int step = 0; step < 40; step++)
				hostileStep(ports.get(random.nextInt(ports.size())));
			broken += rig.device.isBroken() ? 1 : 0;
			rig.stopDriver();
			rig.ram.reset();
			assertHonestDriverWorks(ports.get(1), "seed " + seed + " episode " + episode);
			rig.stopDriver();
		}
		assertTrue(broken > 10, "the rings were not hostile enough: " + broken);
	}

	private void hostileStep(RecordingPort port) {
		int queue = random.nextInt(rig.device.queueCount());
		switch (rig.rings.get(queue)) {
			case SplitDriverRing split -> lieIn(split.memory());
			case PackedDriverRing packed -> lieIn(packed.memory());
		}
		for (int i = random.nextInt(6); i > 0; i--)
			lie(table, random.nextInt(64), 64);
		port.toGive = "x".repeat(random.nextInt(100));
		port.allowance = random.nextInt(500);
		port.guest.readable();
		port.guest.writable();
		if (oneIn(20))
			rig.start(queue, new RingPosition(rig.kind.has(Feature.RING_PACKED)
					? random.nextInt(DeviceRig.RING) | random.nextInt(2) << 15 : random.nextInt(0x10000), random.nextInt(50)));
		if (oneIn(20))
			rig.device.stop(queue);
		rig.kick(queue);
	}

	private void lieIn(SplitRingMemory ring) {
		for (int i = random.nextInt(6); i > 0; i--)
			lie(ring.descriptors(), random.nextInt(DeviceRig.RING), DeviceRig.RING);
		for (int i = random.nextInt(4); i > 0; i--)
			ring.availRing(random.nextInt(DeviceRig.RING), oneIn(30) ? random.nextInt() : random.nextInt(DeviceRig.RING));
		ring.usedEvent(random.nextInt());
		ring.availIdx(oneIn(40) ? random.nextInt() : ring.usedIdx() + random.nextInt(DeviceRig.RING + 1));
	}

	/** Mostly descriptors that could be meant: a device that finds nothing offered is not tested. */
	private void lieIn(PackedRingMemory ring) {
		for (int i = random.nextInt(12); i > 0; i--) {
			int index = random.nextInt(DeviceRig.RING);
			lie(ring.descriptors(), index, DeviceRig.RING);
			int flags = oneIn(8) ? random.nextInt() : random.nextInt(8) & (oneIn(4) ? 7 : 3);
			ring.descriptorFlags(index, flags | (random.nextBoolean() ? PackedRingMemory.AVAIL : PackedRingMemory.USED));
		}
		ring.driverEventOffset(random.nextInt());
		ring.driverEventFlags(random.nextInt());
	}

	private boolean oneIn(int n) {
		return random.nextInt(n) == 0;
	}

	private void lie(MemorySegment descriptors, int index, int size) {
		long base = rig.ram.base();
		long address = switch (random.nextInt(6)) {
			case 0 -> base + rig.ram.size() - random.nextInt(20);
			case 1 -> random.nextLong();
			case 2 -> rig.ram.address(table) + random.nextInt(3) * SplitRingMemory.DESCRIPTOR_SIZE;
			default -> base + random.nextInt((int) rig.ram.size() / 2);
		};
		int length = switch (random.nextInt(6)) {
			case 0 -> 0;
			case 1 -> random.nextInt();
			case 2 -> SplitRingMemory.DESCRIPTOR_SIZE * random.nextInt(65);
			default -> random.nextInt(300);
		};
		int flags = oneIn(6) ? random.nextInt() : random.nextInt(4);
		SplitRingMemory.descriptor(descriptors, index, address, length, flags,
				oneIn(30) ? random.nextInt() : random.nextInt(size));
	}

	private void assertHonestDriverWorks(RecordingPort port, String when) {
		rig.errors.clear();
		rig.bootGuest();
		port.allowance = Integer.MAX_VALUE;
		port.guest.writable();
		rig.run();
		port.taken.setLength(0);
		rig.write(OUT, "honest");
		assertEquals("honest", port.taken.toString(), when);
		assertEquals(List.of(), rig.errors, when);
	}

	/** A ring of the largest size in which each of all chains has all descriptors: a thousand million to look at. */
	private SplitRingMemory endlessChains(int queue, int flags) {
		var ring = (SplitDriverRing) DriverRing.create(rig.ram, LARGEST, RingKind.USUAL.features());
		var addresses = new RingSetup.Addresses(ring.descAddress(), ring.availAddress(), ring.usedAddress());
		for (int i = 0; i < LARGEST; i++)
			ring.memory().descriptor(i, rig.ram.base(), flags == 0 ? 0 : 8,
					flags | (i < LARGEST - 1 ? SplitRingMemory.NEXT : 0), i + 1);
		ring.memory().descriptors().set(ValueLayout.JAVA_SHORT, (LARGEST - 1) * 16L + 12, (short) flags);
		for (int i = 0; i < LARGEST; i++)
			ring.memory().availRing(i, 0);
		ring.memory().availIdx(LARGEST);
		rig.device.stop(queue);
		rig.device.start(queue, Virtqueue.open(rig.memory, RingSetup.find(rig.memory, LARGEST, addresses,
				RingKind.USUAL.features(), false), RingKind.USUAL.features(), RingPosition.start(RingKind.USUAL.features())));
		return ring.memory();
	}

	@Test
	void longChainsOfNothing_turnIsBounded_dataToTheHost() throws Exception {
		rig.plugged("a", 1);
		rig.bootGuest();
		assertBounded(endlessChains(OUT, 0));
	}

	@Test
	void longChainsOfNothing_turnIsBounded_dataToTheGuest() throws Exception {
		var port = rig.plugged("a", 1);
		rig.bootGuest();
		port.toGive = "x";
		port.guest.readable();
		assertBounded(endlessChains(OUT - 1, 0));
	}

	@Test
	void longChainsOfNothing_turnIsBounded_controlFromTheGuest() throws Exception {
		rig.bootGuest();
		assertBounded(endlessChains(ControlChannel.TRANSMITQ, 0));
	}

	@Test
	void longChainsOfNothing_turnIsBounded_controlToTheGuest() throws Exception {
		rig.plugged("a", 1);
		rig.bootGuest();
		for (int i = 0; i < 500; i++)
			rig.device.tell(1, ControlEvent.PORT_OPEN, 1);
		var ring = endlessChains(ControlChannel.RECEIVEQ, 0);
		assertBounded(ring);
		rig.run();
		assertEquals(500, ring.usedIdx(), "the rest comes with the next turns");
	}

	private void assertBounded(SplitRingMemory ring) {
		rig.turnOnce();
		assertTrue(ring.usedIdx() <= 8, "chains of " + LARGEST + " descriptors in one turn: " + ring.usedIdx());
	}

	@Test
	void controlMessagesWithoutEnd_turnIsBounded() throws Exception {
		var port = rig.plugged("a", 1);
		rig.bootGuest();
		port.calls.clear();
		var ring = (SplitDriverRing) DriverRing.create(rig.ram, LARGEST, RingKind.USUAL.features());
		var message = rig.ram.allocate(8, 8).copyFrom(MemorySegment.ofArray(
				ControlMessage.encode(1, ControlEvent.PORT_OPEN, 1)));
		for (int i = 0; i < LARGEST; i++)
			ring.memory().descriptor(i, rig.ram.address(message), 8, 0, 0);
		ring.memory().availIdx(LARGEST);
		var addresses = new RingSetup.Addresses(ring.descAddress(), ring.availAddress(), ring.usedAddress());
		rig.device.stop(ControlChannel.TRANSMITQ);
		rig.device.start(ControlChannel.TRANSMITQ, Virtqueue.open(rig.memory, RingSetup.find(rig.memory, LARGEST, addresses,
				RingKind.USUAL.features(), false), RingKind.USUAL.features(), RingPosition.start(RingKind.USUAL.features())));
		rig.turnOnce();
		long first = port.calls.stream().filter("opened"::equals).count(); // besides it hears that the driver stopped
		assertTrue(first <= 256, "calls of a port in one turn: " + first);
		rig.run();
		assertEquals(LARGEST, port.calls.stream().filter("opened"::equals).count(), "the rest comes with the next turns");
	}

	/** A guest that offers the next byte when one is taken; its buffers come back meanwhile. */
	@Test
	void byteAfterByte_turnIsBounded() throws Exception {
		var port = rig.plugged("a", 1);
		rig.bootGuest();
		var buffer = rig.ram.allocate(1, 1);
		var ring = rig.rings.get(OUT);
		ring.add(List.of(buffer), List.of());
		port.duringGuestData = () -> {
			rig.drain(OUT);
			if (port.taken.length() < 1000)
				ring.add(List.of(buffer), List.of());
		};
		rig.device.kick(OUT);
		rig.turnOnce();
		assertTrue(port.taken.length() <= 256, "calls of a port in one turn: " + port.taken.length());
	}
}
