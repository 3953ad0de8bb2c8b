package bus.vhostuser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import bus.linux.Linux;
import guest.driver.ConsoleDriver;
import guest.driver.DriverSettings;
import guest.driver.FrontEnd;
import guest.driver.FrontEndSettings;
import guest.driver.Message;
import guest.driver.Request;

/** A front-end that says odd things: each gets the answer it is due, nothing leaks, and a sane one is served after it. */
@Timeout(60)
class ProtocolTest {
	private static final long PAGE = 4096;
	private static final long FAR = 1L << 40;
	private static final byte[] NOTHING = {};

	@TempDir
	Path folder;

	private BusFixture fixture;
	private FrontEnd frontEnd;
	private Wire wire;
	private int probe;

	@BeforeEach
	void connect() throws Exception {
		fixture = new BusFixture(folder);
		BusFixture.plug(fixture.bus("vm1", 3), "org.example.echo", 1, false, new EchoPort());
		frontEnd = fixture.connect("vm1", FrontEndSettings.qemu(3));
		frontEnd.handshake();
		wire = new Wire(frontEnd.channel());
		probe = Wire.probe("odd", 16 * PAGE);
	}

	@AfterEach
	void close() throws Exception {
		fixture.close();
		assertEquals(1, Wire.openDescriptors("odd"), "a descriptor of the front-end is still open");
		Linux.close(probe);
	}

	/** A second handshake on the same connection, and bytes both ways. */
	private void assertSane() throws IOException {
		frontEnd.handshake();
		assertServes(frontEnd);
	}

	private static void assertServes(FrontEnd connected) throws IOException {
		try (var guest = new ConsoleDriver(connected, DriverSettings.linux())) {
			guest.start();
			BusFixture.assertEcho(BusFixture.opened(guest, "org.example.echo"), "sane");
		}
	}

	private void assertClosedAndListening() throws IOException {
		wire.assertClosed();
		var next = fixture.connect("vm1", FrontEndSettings.qemu(3));
		next.handshake();
		assertServes(next);
	}

	// ---- headers

	@ParameterizedTest
	@ValueSource(ints = { 0, 2, 3, 5, 0xd })
	void header_wrongVersionOrReply_endsTheConnection(int flags) throws Exception {
		wire.send(Request.GET_FEATURES.id(), flags, NOTHING, probe);
		assertClosedAndListening();
	}

	@ParameterizedTest
	@ValueSource(ints = { 513, 0x7fffffff, 0x80000000, -1 })
	void header_largerThanAnyMessage_endsTheConnection(int size) throws Exception {
		frontEnd.channel().sendBytes(Wire.u32s(Request.SET_OWNER.id(), 1, size), BusFixture.PATIENCE, probe);
		assertClosedAndListening();
	}

	@Test
	void message_inPiecesWithDescriptorsInEach_isTakenWholeAndSurplusIsClosed() throws Exception {
		var message = Wire.u32s(Request.SET_VRING_NUM.id(), Wire.ORDER, 8, 1, 64);
		for (int i = 0; i < message.length; i++)
			frontEnd.channel().sendBytes(Arrays.copyOfRange(message, i, i + 1), BusFixture.PATIENCE, probe);
		assertArrayEquals(Wire.u64s(1), frontEnd.channel().receive(BusFixture.PATIENCE).payload());
		assertEquals(1, Wire.openDescriptors("odd"));
		assertSane();
	}

	@Test
	void connectionEnds_inTheMiddleOfAMessage_closesItsDescriptors() throws Exception {
		frontEnd.channel().sendBytes(Wire.u32s(Request.ADD_MEM_REG.id(), 1, 40, 0), BusFixture.PATIENCE, probe);
		frontEnd.close();
		var next = fixture.connect("vm1", FrontEndSettings.qemu(3));
		next.handshake();
		assertServes(next);
	}

	// ---- sizes and descriptors

	@ParameterizedTest
	@EnumSource(names = { "SET_FEATURES", "SET_OWNER", "SET_MEM_TABLE", "SET_VRING_NUM", "SET_VRING_ADDR",
			"SET_VRING_BASE", "SET_VRING_KICK", "SET_VRING_CALL", "SET_VRING_ERR", "SET_PROTOCOL_FEATURES",
			"SET_VRING_ENABLE", "SET_BACKEND_REQ_FD", "SET_CONFIG", "ADD_MEM_REG", "REM_MEM_REG" })
	void order_ofAnUnheardOfSize_isRefused(Request request) throws Exception {
		wire.assertRefused(request, new byte[3], probe);
		wire.assertRefused(request, new byte[500], probe);
		assertEquals(1, Wire.openDescriptors("odd"));
		wire.assertInStep();
		assertSane();
	}

	@ParameterizedTest
	@EnumSource(names = { "GET_FEATURES", "GET_PROTOCOL_FEATURES", "GET_QUEUE_NUM", "GET_VRING_BASE",
			"GET_MAX_MEM_SLOTS" })
	void question_ofAnUnheardOfSize_endsTheConnection(Request request) throws Exception {
		wire.send(request.id(), Message.VERSION, new byte[3], probe);
		assertClosedAndListening();
	}

	@Test
	void surplusDescriptors_areClosedAndTheMessageRefused() throws Exception {
		wire.assertRefused(Request.SET_VRING_NUM, Wire.u32s(1, 64), probe);
		wire.assertRefused(Request.SET_VRING_KICK, Wire.u64s(1), probe, probe);
		wire.assertRefused(Request.SET_VRING_CALL, Wire.u64s(0x101), probe);
		var many = new int[16];
		Arrays.fill(many, probe);
		wire.assertRefused(Request.SET_MEM_TABLE, Wire.u64s(1, FAR, PAGE, FAR, 0), many);
		wire.assertRefused(Request.SET_OWNER, NOTHING, many);
		assertEquals(1, Wire.openDescriptors("odd"));
		assertSane();
	}

	@Test
	void missingDescriptors_areRefused() throws Exception {
		wire.assertRefused(Request.ADD_MEM_REG, Wire.u64s(0, FAR, PAGE, FAR, 0));
		wire.assertRefused(Request.SET_MEM_TABLE, Wire.u64s(2, FAR, PAGE, FAR, 0, 2 * FAR, PAGE, 2 * FAR, 0), probe);
		wire.assertRefused(Request.SET_BACKEND_REQ_FD, NOTHING);
		wire.assertRefused(Request.SET_VRING_KICK, Wire.u64s(1));
		wire.assertRefused(Request.SET_VRING_KICK, Wire.u64s(0x101)); // said so, but rings are not polled
		wire.assertDone(Request.SET_VRING_CALL, Wire.u64s(0x101));
		assertEquals(1, Wire.openDescriptors("odd"));
		assertSane();
	}

	@Test
	void kickThatCannotBeWatched_isRefusedAndClosed() throws Exception {
		wire.assertRefused(Request.SET_VRING_KICK, Wire.u64s(1), probe); // a file is always ready
		assertEquals(1, Wire.openDescriptors("odd"));
		assertSane();
	}

	// ---- unknown requests and features

	@ParameterizedTest
	@ValueSource(ints = { 0, 6, 19, 30, 35, 63, 64, 4711, -1 })
	void unknownRequest_isRefusedIfItAsks_elseIgnored(int request) throws Exception {
		assertEquals(1, wire.order(request, new byte[24], probe));
		wire.send(request, Message.VERSION, new byte[24], probe);
		wire.assertInStep();
		assertEquals(1, Wire.openDescriptors("odd"));
		assertSane();
	}

	@Test
	void featuresThatWereNotOffered_areRefused() throws Exception {
		wire.assertRefused(Request.SET_FEATURES, Wire.u64s(1L << 33));
		wire.assertRefused(Request.SET_PROTOCOL_FEATURES, Wire.u64s(1L << 14));
		wire.assertInStep();
		assertSane();
	}

	@Test
	void featuresChangedWhileRingsRun_areRefused() throws Exception {
		var guest = new ConsoleDriver(frontEnd, DriverSettings.linux());
		guest.start();
		wire.assertRefused(Request.SET_FEATURES, Wire.u64s(1L << 32 | 1L << 30));
		guest.detach();
		assertSane();
	}

	// ---- config

	@Test
	void getConfig_beyondTheSpace_answersZeros() throws Exception {
		for (int offset : new int[] { 0, 12, 100, 252 })
			assertArrayEquals(Wire.u32s(offset, 4, 0, 0), wire.ask(Request.GET_CONFIG, Wire.u32s(offset, 4, 0, 0)));
		var all = wire.ask(Request.GET_CONFIG, Arrays.copyOf(Wire.u32s(0, 256, 0), 12 + 256));
		assertEquals(12 + 256, all.length);
		assertEquals(3, all[12 + 4]);
	}

	@ParameterizedTest
	@CsvSource({ "0,13,12", "253,4,4", "-1,4,4", "2147483647,4,4", "0,-1,4", "0,0,4" })
	void config_thatDoesNotFit_isRefused(int offset, int size, int bytes) throws Exception {
		var payload = Arrays.copyOf(Wire.u32s(offset, size, 0), 12 + bytes);
		assertArrayEquals(NOTHING, wire.ask(Request.GET_CONFIG, payload));
		wire.assertRefused(Request.SET_CONFIG, payload);
		assertSane();
	}

	@Test
	void setConfig_changesNothingThatTheGuestReads() throws Exception {
		var before = wire.ask(Request.GET_CONFIG, Arrays.copyOf(Wire.u32s(0, 12, 0), 24));
		var ones = Arrays.copyOf(Wire.u32s(0, 12, 0), 24);
		Arrays.fill(ones, 12, 24, (byte) 0xff);
		wire.assertDone(Request.SET_CONFIG, ones);
		assertArrayEquals(before, wire.ask(Request.GET_CONFIG, Arrays.copyOf(Wire.u32s(0, 12, 0), 24)));
	}

	@Test
	void questionThatAsksForAnAcknowledgement_isAnsweredOnce() throws Exception {
		wire.send(Request.GET_QUEUE_NUM.id(), Wire.ORDER, NOTHING);
		assertArrayEquals(Wire.u64s(8), frontEnd.channel().receive(BusFixture.PATIENCE).payload());
		wire.assertInStep();
	}
}
