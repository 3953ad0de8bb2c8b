package bus.itest;

import static bus.itest.QtestBench.DATA;
import static bus.itest.QtestBench.OTHER;
import static bus.itest.QtestControl.PORT_OPEN;
import static bus.itest.QtestRing.INDIRECT;
import static bus.itest.QtestRing.NEXT;
import static bus.itest.QtestRing.WRITE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import bus.itest.QtestConsole.Layout;
import bus.itest.QtestRing.Buffer;
import bus.itest.QtestRing.Used;

/** The bytes of a port, buffer by buffer. */
@Tag("guest")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class QtestDataTest {
	/** More than a socket holds. */
	private static final int MORE_THAN_FITS = 512 << 10;
	private static final int OUT = QtestConsole.out(DATA);
	private static final int IN = QtestConsole.in(DATA);

	@RegisterExtension
	static final QtestBench BENCH = new QtestBench();

	@RegisterExtension
	final Seed seed = new Seed();

	@ParameterizedTest
	@EnumSource
	void s33_s34_s36_bytesToGuest_waitUntilItOpens_fillOneBufferAfterTheOther(Layout layout) throws Exception {
		var guest = BENCH.bootAndOpen(layout);
		guest.open(DATA, false);
		var sent = seed.bytes(1000);
		try (var client = BENCH.connect(guest)) {
			client.send(sent);
			var first = new Buffer[] { guest.writable(100), guest.writable(1), guest.writable(399) };
			var second = guest.writable(600);
			int firstId = guest.post(IN, first);
			int secondId = guest.post(IN, second);
			guest.assertNothingUsed(IN);
			guest.open(DATA, true);
			assertEquals(new Used(firstId, 500), guest.take(IN));
			assertEquals(new Used(secondId, 500), guest.take(IN));
			var got = new ByteArrayOutputStream();
			for (var piece : first)
				got.writeBytes(guest.bytes(piece, piece.length()));
			got.writeBytes(guest.bytes(second, 500));
			assertArrayEquals(sent, got.toByteArray());
			assertArrayEquals(new byte[100], Arrays.copyOfRange(guest.bytes(second, 600), 500, 600));
		}
	}

	@ParameterizedTest
	@EnumSource
	void s37_bytesForFullGuest_goOnWhenItPosts(Layout layout) throws Exception {
		var guest = BENCH.bootAndOpen(layout);
		try (var client = BENCH.connect(guest)) {
			client.send("abc");
			for (byte letter : "abc".getBytes()) {
				guest.assertNothingUsed(IN);
				var room = guest.writable(1);
				assertEquals(new Used(guest.post(IN, room), 1), guest.take(IN));
				assertEquals(letter, guest.bytes(room, 1)[0]);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void s40_bytesFromGuest_scattered_inOrder_buffersComeBack(Layout layout) throws Exception {
		var guest = BENCH.bootAndOpen(layout);
		var sent = seed.bytes(5000);
		try (var client = BENCH.connect(guest)) {
			long at = guest.readable(sent).address();
			int first = guest.ring(OUT).add(Buffer.readable(at, 1), Buffer.readable(at + 1, 1999),
					Buffer.readable(at + 2000, 2096));
			int second = guest.post(OUT, Buffer.readable(at + 4096, 904));
			guest.takeUnwritten(OUT, first);
			guest.takeUnwritten(OUT, second);
			assertArrayEquals(sent, client.receive(sent.length));
		}
	}

	@ParameterizedTest
	@EnumSource
	void s38_noClient_bytesFromGuestDiscarded_portOfNobodyToo(Layout layout) throws Exception {
		var guest = BENCH.bootAndOpen(layout);
		guest.takeUnwritten(OUT, guest.post(OUT, guest.readable("for nobody".getBytes())));
		guest.takeUnwritten(QtestConsole.out(6), guest.post(QtestConsole.out(6), guest.readable(new byte[10])));
		try (var client = BENCH.connect(guest)) {
			guest.takeUnwritten(OUT, guest.post(OUT, guest.readable("for you\n".getBytes())));
			assertEquals("for you", client.line());
		}
	}

	@ParameterizedTest
	@EnumSource
	void s39_s41_s44_clientDoesNotRead_throttledAtTheByte_goesOnThere(Layout layout) throws Exception {
		var guest = BENCH.bootAndOpen(layout);
		var sent = seed.bytes(MORE_THAN_FITS);
		try (var client = BENCH.connect(guest)) {
			int first = guest.post(OUT, guest.readable(sent));
			assertArrayEquals(Arrays.copyOf(sent, 1), client.receive(1));
			int second = guest.post(OUT, guest.readable("end\n".getBytes()));
			guest.assertNothingUsed(OUT);
			assertArrayEquals(Arrays.copyOfRange(sent, 1, sent.length), client.receive(sent.length - 1));
			guest.takeUnwritten(OUT, first);
			guest.takeUnwritten(OUT, second);
			assertEquals("end", client.line());
		}
	}

	@ParameterizedTest
	@EnumSource
	void s47_s48_clientLeavesWhileThrottled_halfConsumedComesBack_nextClientStartsAfresh(Layout layout)
			throws Exception {
		var guest = BENCH.bootAndOpen(layout);
		int first;
		int second;
		try (var client = BENCH.connect(guest)) {
			first = guest.post(OUT, guest.readable(new byte[MORE_THAN_FITS]));
			second = guest.post(OUT, guest.readable("of the first\n".getBytes()));
			client.receive(1);
			guest.assertNothingUsed(OUT);
		}
		guest.takeUnwritten(OUT, first);
		guest.takeUnwritten(OUT, second);
		guest.expect(new QtestControl(DATA, PORT_OPEN, 0));
		try (var client = BENCH.connect(guest)) {
			guest.takeUnwritten(OUT, guest.post(OUT, guest.readable("of the second\n".getBytes())));
			assertEquals("of the second", client.line());
		}
	}

	@Test
	void s53_withoutMultiport_portZeroIsOpen_noOtherInReach() throws Exception {
		var guest = BENCH.boot();
		guest.start(guest.device().offered() & ~(QtestConsole.F_MULTIPORT | QtestConsole.F_RING_PACKED),
				QtestConsole.RING);
		int start = BENCH.console().position();
		guest.takeUnwritten(1, guest.post(1, guest.readable("from port zero".getBytes())));
		BENCH.console().awaitText("from port zero", start);
		int room = guest.post(0, guest.writable(100));
		BENCH.console().type("to port zero\r");
		assertEquals(room, guest.take(0).id());
		guest.ring(OUT).add(guest.readable(new byte[10]));
		guest.device().kick(OUT);
		guest.assertNothingUsed(OUT);
	}

	@Test
	void ringOf1024_fullOfSingleBytes_wholeAndInOrder() throws Exception {
		var guest = BENCH.boot(QtestMachine.device(BENCH.socket(), QtestBench.QUEUES, 1024));
		assertEquals(1024, guest.device().queueSize(OUT));
		guest.start(guest.device().offered() & ~QtestConsole.F_RING_PACKED, 1024);
		QtestBench.takePorts(guest);
		var sent = seed.bytes(1024);
		var buffer = guest.readable(sent);
		try (var client = BENCH.connect(guest)) {
			var ids = IntStream.range(0, 1024)
					.map(i -> guest.ring(OUT).add(Buffer.readable(buffer.address() + i, 1))).toArray();
			guest.device().kick(OUT);
			assertArrayEquals(sent, client.receive(1024));
			for (int id : ids)
				guest.takeUnwritten(OUT, id);
		}
	}

	/** No ring of the other layout may have such a size. */
	@Test
	void packedRingOf61_manyTurns_wholeAndInOrder() throws Exception {
		var guest = BENCH.boot();
		guest.start(guest.device().offered(), 61);
		QtestBench.takePorts(guest);
		try (var client = BENCH.connect(guest)) {
			for (int turn = 0; turn < 100; turn++) {
				var sent = seed.bytes(3);
				long at = guest.readable(sent).address();
				int first = guest.ring(OUT).add(Buffer.readable(at, 1), Buffer.readable(at + 1, 1));
				int second = guest.post(OUT, Buffer.readable(at + 2, 1));
				guest.takeUnwritten(OUT, first);
				guest.takeUnwritten(OUT, second);
				assertArrayEquals(sent, client.receive(3));
				var room = guest.writable(3);
				client.send(sent);
				assertEquals(new Used(guest.post(IN, room), 3), guest.take(IN));
				assertArrayEquals(sent, guest.bytes(room, 3));
			}
		}
	}

	/** Legal, and nothing that Linux does. */
	@Test
	void s40_unusualChains_wholeAndInOrder() throws Exception {
		var guest = BENCH.bootAndOpen(Layout.SPLIT);
		var ring = (QtestSplitRing) guest.ring(OUT);
		var sent = seed.bytes(303);
		var at = guest.readable(sent).address();
		var table = new ByteArrayOutputStream(); // longer than the ring
		for (int i = 0; i < 300; i++)
			table.writeBytes(QtestSplitRing.describe(at + 3 + i, 1, i == 299 ? 0 : NEXT, i + 1));
		ring.descriptor(9, at, 1, NEXT, 5);
		ring.descriptor(5, 0, 0, NEXT, 40); // of no bytes, nowhere
		ring.descriptor(40, at, 1, NEXT | WRITE, 3); // not the driver's to put there
		ring.descriptor(3, at + 1, 2, NEXT, 60);
		ring.descriptor(60, guest.readable(table.toByteArray()).address(), table.size(), INDIRECT | WRITE, 0);
		try (var client = BENCH.connect(guest)) {
			ring.offer(9);
			guest.device().kick(OUT);
			guest.takeUnwritten(OUT, 9);
			assertArrayEquals(sent, client.receive(sent.length));
		}
	}

	@ParameterizedTest
	@EnumSource
	void s35_s40_interrupt_onlyForWhatTheDriverWants(Layout layout) throws Exception {
		var guest = BENCH.bootAndOpen(layout);
		var nothing = Buffer.readable(guest.allocate(1), 1);
		guest.ring(OUT).wantInterrupt(false);
		guest.settle();
		guest.device().interrupts();
		guest.takeUnwritten(OUT, guest.post(OUT, nothing));
		guest.settle();
		assertEquals(0, guest.device().interrupts());
		guest.ring(OUT).wantInterrupt(true);
		guest.takeUnwritten(OUT, guest.post(OUT, nothing));
		guest.settle();
		assertEquals(VirtioPci.QUEUE_INTERRUPT, guest.device().interrupts());
		assertEquals(0, guest.device().interrupts());
	}
}
