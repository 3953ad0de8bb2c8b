package bus.itest;

import static bus.itest.QtestBench.DATA;
import static bus.itest.QtestBench.OTHER;
import static bus.itest.QtestConsole.RING;
import static bus.itest.QtestRing.DESCRIPTOR;
import static bus.itest.QtestRing.INDIRECT;
import static bus.itest.QtestRing.NEXT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import bus.itest.QtestConsole.Layout;
import bus.itest.QtestRing.Buffer;
import bus.itest.QtestRing.Used;

/**
 * A driver that breaks the rules of its rings in one exact way: that queue is latched, QEMU and the rest of the bus
 * live on, a reset mends it.
 */
@Tag("guest")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class QtestFaultTest {
	private static final int OUT = QtestConsole.out(DATA);
	private static final int IN = QtestConsole.in(DATA);
	/** Where q35 has neither RAM nor a device. */
	private static final long NOWHERE = 0x60000000L;

	@RegisterExtension
	static final QtestBench BENCH = new QtestBench();

	/** What a driver may do wrong with its transmitq, and what vport says of it. */
	private enum Fault {
		HEAD_OUT_OF_RANGE("head=64 in a queue of size=64", (guest, ring) -> ring.offer(RING)),
		INDEX_TOO_FAR("avail.idx is 65 ahead of a queue of size=64", (guest, ring) -> ring.offerMore(RING + 1)),
		INDEX_BACKWARDS("avail.idx is 65535 ahead of a queue of size=64", (guest, ring) -> ring.offerMore(-1)),
		NEXT_OUT_OF_RANGE("next=64 in a queue of size=64", (guest, ring) -> {
			ring.descriptor(7, guest.allocate(1), 1, NEXT, RING);
			ring.offer(7);
		}),
		LOOP("a chain of more than size=64 descriptors", (guest, ring) -> {
			ring.descriptor(7, guest.allocate(1), 1, NEXT, 8);
			ring.descriptor(8, guest.allocate(1), 1, NEXT, 7);
			ring.offer(7);
		}),
		NO_MEMORY("address=0x60000000 is not guest memory", (guest, ring) -> ring.add(Buffer.readable(NOWHERE, 1))),
		BEYOND_MEMORY("address=0x4000000 is not guest memory",
				(guest, ring) -> ring.add(Buffer.readable(QtestMachine.MEMORY - 1, 2))),
		DEVICE_REGISTERS("is not guest memory",
				(guest, ring) -> ring.add(Buffer.readable(guest.device().config(0), 12))),
		ADDRESS_WRAPS("is not guest memory", (guest, ring) -> ring.add(Buffer.readable(-1, 2))),
		TABLE_OF_ODD_LENGTH("indirect descriptor with length=17",
				(guest, ring) -> refer(ring, guest.allocate(32), 17, INDIRECT)),
		TABLE_EMPTY("indirect descriptor with length=0", (guest, ring) -> refer(ring, guest.allocate(32), 0, INDIRECT)),
		TABLE_TOO_LONG("indirect descriptor with length=524304",
				(guest, ring) -> refer(ring, guest.allocate(32), DESCRIPTOR * 32769, INDIRECT)),
		TABLE_AND_NEXT("indirect descriptor with length=16 flags=5",
				(guest, ring) -> refer(ring, guest.allocate(32), DESCRIPTOR, INDIRECT | NEXT)),
		TABLE_NOWHERE("address=0x60000000 is not guest memory",
				(guest, ring) -> refer(ring, NOWHERE, DESCRIPTOR, INDIRECT)),
		TABLE_IN_TABLE("an indirect descriptor within an indirect table",
				(guest, ring) -> table(guest, ring, QtestSplitRing.describe(0, DESCRIPTOR, INDIRECT, 0))),
		TABLE_LOOP("an indirect chain of more than its 2 descriptors",
				(guest, ring) -> table(guest, ring, QtestSplitRing.describe(guest.allocate(1), 1, NEXT, 1),
						QtestSplitRing.describe(guest.allocate(1), 1, NEXT, 0))),
		TABLE_NEXT_OUT_OF_RANGE("next=1 in an indirect table of 1",
				(guest, ring) -> table(guest, ring, QtestSplitRing.describe(guest.allocate(1), 1, NEXT, 1)));

		private interface Deed {
			void to(QtestConsole guest, QtestSplitRing ring);
		}

		private final String words;
		private final Deed deed;

		Fault(String words, Deed deed) {
			this.words = words;
			this.deed = deed;
		}

		private static void refer(QtestSplitRing ring, long table, int length, int flags) {
			ring.descriptor(7, table, length, flags, 8);
			ring.offer(7);
		}

		private static void table(QtestConsole guest, QtestSplitRing ring, byte[]... entries) {
			var bytes = new ByteArrayOutputStream();
			for (var entry : entries)
				bytes.writeBytes(entry);
			var table = guest.readable(bytes.toByteArray());
			refer(ring, table.address(), table.length(), INDIRECT);
		}
	}

	@ParameterizedTest
	@EnumSource
	void transmitqBroken_latchedAlone_resetMendsIt(Fault fault) throws Exception {
		var guest = BENCH.bootAndOpen(Layout.SPLIT);
		expectLatch(OUT, fault.words);
		try (var client = BENCH.connect(guest); var other = BENCH.connectOther(guest)) {
			guest.takeUnwritten(OUT, guest.post(OUT, guest.readable("good\n".getBytes())));
			fault.deed.to(guest, (QtestSplitRing) guest.ring(OUT));
			guest.device().kick(OUT);
			BENCH.awaitComplaint(fault.words);
			guest.post(OUT, guest.readable("never\n".getBytes()));
			assertEachWay(guest, OTHER, other);
			guest.assertNothingUsed(OUT);
			assertEquals("good", client.line());
			assertMended(guest, client);
		}
	}

	/** vport stops the queue, and QEMU hears of it. */
	private static void expectLatch(int queue, String words) {
		BENCH.expectComplaint("bus vm1: queue " + queue + " stopped, the guest broke a rule: ");
		BENCH.expectComplaint(words);
		BENCH.machine().expectWords("vhost vring error in virtqueue " + queue);
	}

	/** A reset of the driver, after which port 1 works as ever. */
	private static void assertMended(QtestConsole guest, PortClient client) throws Exception {
		QtestBench.takePorts(guest, Layout.SPLIT, DATA, OTHER);
		guest.takeUnwritten(OUT, guest.post(OUT, guest.readable("mended\n".getBytes())));
		assertEquals("mended", client.line());
		assertEachWay(guest, DATA, client);
	}

	private static void assertEachWay(QtestConsole guest, int port, PortClient client) throws Exception {
		int out = QtestConsole.out(port);
		guest.takeUnwritten(out, guest.post(out, guest.readable("works\n".getBytes())));
		assertEquals("works", client.line());
		client.send("too");
		int in = QtestConsole.in(port);
		assertEquals(new Used(guest.post(in, guest.writable(100)), 3), guest.take(in));
	}

	@ParameterizedTest
	@ValueSource(ints = { QtestConsole.CONTROL_IN, QtestConsole.CONTROL_OUT })
	void controlQueueBroken_latchedAlone_resetMendsIt(int queue) throws Exception {
		var guest = BENCH.bootAndOpen(Layout.SPLIT);
		expectLatch(queue, "ahead of a queue of size=64");
		try (var client = BENCH.connect(guest); var other = BENCH.connectOther(guest)) {
			((QtestSplitRing) guest.ring(queue)).offerMore(RING + 1);
			guest.device().kick(queue);
			if (queue == QtestConsole.CONTROL_IN) // looked at when there is something to say
				guest.send(new QtestControl(DATA, QtestControl.PORT_READY, 1));
			BENCH.awaitComplaint("queue " + queue + " stopped");
			assertEachWay(guest, OTHER, other);
			assertMended(guest, client);
		}
	}

	@Test
	void receiveqBroken_latchedAlone_bytesWaitForTheNextDriver() throws Exception {
		var guest = BENCH.bootAndOpen(Layout.SPLIT);
		expectLatch(IN, "head=65535 in a queue of size=64");
		try (var client = BENCH.connect(guest); var other = BENCH.connectOther(guest)) {
			((QtestSplitRing) guest.ring(IN)).offer(-1);
			guest.device().kick(IN);
			client.send("wait");
			BENCH.awaitComplaint("head=65535");
			assertEachWay(guest, OTHER, other);
			QtestBench.takePorts(guest, Layout.SPLIT, DATA, OTHER);
			assertEquals(new Used(guest.post(IN, guest.writable(4)), 4), guest.take(IN));
			assertEachWay(guest, DATA, client);
		}
	}

	@Test
	void packedChainWithoutEnd_latchedAlone_resetMendsIt() throws Exception {
		var guest = BENCH.bootAndOpen(Layout.PACKED);
		expectLatch(OUT, "a chain of more than size=64 descriptors");
		try (var client = BENCH.connect(guest); var other = BENCH.connectOther(guest)) {
			var chain = new Buffer[RING];
			Arrays.fill(chain, Buffer.readable(guest.allocate(1), 1));
			((QtestPackedRing) guest.ring(OUT)).addWithoutEnd(chain);
			guest.device().kick(OUT);
			BENCH.awaitComplaint("queue 5 stopped");
			assertEachWay(guest, OTHER, other);
			assertMended(guest, client);
		}
	}

	@Test
	void tableNotNegotiated_latched() throws Exception {
		var guest = BENCH.boot();
		expectLatch(OUT, "indirect descriptor with length=16 flags=4, not negotiated");
		guest.start(guest.device().offered() & ~(QtestConsole.F_INDIRECT_DESC | QtestConsole.F_RING_PACKED), RING);
		QtestBench.takePorts(guest);
		Fault.refer((QtestSplitRing) guest.ring(OUT), guest.allocate(16), DESCRIPTOR, INDIRECT);
		guest.device().kick(OUT);
		BENCH.awaitComplaint("not negotiated");
	}

	/** QEMU passes it on, and hears of the refusal from nobody: it asks for no answer to this message. */
	@Test
	void splitRingOf100_refused_othersWork_resetMendsIt() throws Exception {
		BENCH.expectComplaint("SET_VRING_NUM refused: num=100");
		var guest = BENCH.boot(QtestMachine.device(BENCH.socket(), QtestBench.QUEUES, 128));
		guest.negotiate(guest.device().offered() & ~QtestConsole.F_RING_PACKED);
		for (int queue = 0; queue < QtestBench.QUEUES; queue++)
			guest.setUp(queue, queue == OUT ? 100 : RING);
		guest.driverOk();
		QtestBench.takePorts(guest);
		try (var client = BENCH.connect(guest); var other = BENCH.connectOther(guest)) {
			guest.device().kick(OUT);
			assertEachWay(guest, OTHER, other);
			assertMended(guest, client);
		}
	}

	/** QEMU passes such an address on like any other. */
	@ParameterizedTest
	@ValueSource(longs = { NOWHERE, QtestMachine.MEMORY - 1024 })
	void ringNotInMemory_doesNotStart_othersWork_resetMendsIt(long address) throws Exception {
		BENCH.expectComplaint("ring 5 is not in shared memory");
		var guest = BENCH.boot();
		guest.negotiate(guest.device().offered() & ~QtestConsole.F_RING_PACKED);
		for (int queue = 0; queue < QtestBench.QUEUES; queue++)
			guest.setUp(queue, RING);
		guest.device().setUp(OUT, new QtestSplitRing(BENCH.machine().qtest(), RING, address));
		guest.driverOk();
		QtestBench.takePorts(guest);
		try (var client = BENCH.connect(guest); var other = BENCH.connectOther(guest)) {
			guest.device().kick(OUT);
			assertEachWay(guest, OTHER, other);
			assertMended(guest, client);
		}
	}
}
