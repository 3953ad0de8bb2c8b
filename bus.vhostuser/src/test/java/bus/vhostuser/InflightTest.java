package bus.vhostuser;

import static bus.vhostuser.BusFixture.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import bus.linux.Linux;
import bus.linux.MappedFile;
import guest.driver.ConsoleDriver;
import guest.driver.ControlMessage;
import guest.driver.DriverSettings;
import guest.driver.FrontEnd;
import guest.driver.FrontEndSettings;
import guest.driver.GuestSidePort;
import guest.driver.Message;
import guest.driver.Request;

/**
 * A back-end ends without a word, and the next one goes on with what is in the guest's memory and in the in-flight memory.
 * The bases that it is given are wrong: behind all that the guest has offered.
 */
@Timeout(60)
class InflightTest {
	private static final int QUEUES = 8;
	private static final int SIZE = 64;
	private static final long STRIDE = 1088; // 16 + 16 * SIZE, and on to a multiple of 64
	private static final long NOTES = QUEUES * STRIDE;
	private static final long STATES = 8832; // 8 + 8 * QUEUES behind the notes' beginning, and on to a multiple of 64
	private static final long STATE = 128 << 10;

	@TempDir
	Path folder;

	private final FarEnd far = new FarEnd();
	private final FarEnd.Port here = far.new Port();
	private final FarEnd.Port there = far.new Port();
	private BusFixture fixture;
	private FrontEnd frontEnd;
	private ConsoleDriver guest;
	private GuestSidePort port;

	@BeforeEach
	void boot() throws Exception {
		fixture = new BusFixture(folder);
		BusFixture.plug(fixture.bus("vm1", 3), "data", 1, false, here);
		BusFixture.plug(fixture.bus("vm2", 3), "data", 1, false, there);
		frontEnd = fixture.connect("vm1", FrontEndSettings.qemu(3));
		frontEnd.handshake();
		frontEnd.shareInflight(QUEUES, SIZE);
		guest = new ConsoleDriver(frontEnd, DriverSettings.linux());
		guest.start();
		port = BusFixture.opened(guest, "data");
	}

	@AfterEach
	void close() throws Exception {
		guest.close();
		fixture.close();
		assertEquals(0, Wire.openDescriptors("vport-inflight"));
		assertEquals(0, Wire.mappings("vport-inflight"));
	}

	private void write(String text) throws IOException {
		port.writeFully(text.getBytes(StandardCharsets.ISO_8859_1), BusFixture.PATIENCE);
	}

	private void assertReads(String text) throws IOException {
		assertEquals(text, new String(port.readNBytes(text.length(), BusFixture.PATIENCE), StandardCharsets.ISO_8859_1));
	}

	private void assertGoesOn(FarEnd.Port with) throws IOException {
		far.taken = "";
		write("and so on");
		await(() -> far.taken.equals("and so on"));
		with.give("back");
		assertReads("back");
	}

	/** Three bytes of the first chain are taken, and another chain waits. */
	private void beginAChain() throws IOException {
		here.allow(3);
		write("abcdef");
		write("ghi");
		await(() -> far.taken.equals("abc"));
		guest.readConfig(); // the turn has ended, and its note is taken
		far.allowance = Integer.MAX_VALUE;
	}

	/** The in-flight memory, as the front-end keeps it. */
	private static MappedFile region() throws IOException {
		try (var all = Files.list(Path.of("/proc/self/fd"))) {
			for (var link : all.toList())
				if (Files.isSymbolicLink(link) && Files.readSymbolicLink(link).toString().startsWith("/memfd:vport-inflight"))
					return MappedFile.map(Integer.parseInt(link.getFileName().toString()), 0, STATES + 2 * STATE);
		}
		throw new AssertionError("no in-flight memory is open");
	}

	// ---- it goes on

	@ParameterizedTest
	@ValueSource(strings = { "vm1", "vm2" })
	void backEndLost_halfConsumedElement_goesOnAtTheByte_andBothWays(String bus) throws Exception {
		beginAChain();
		guest.reconnect(fixture.socket(bus));
		await(() -> far.taken.equals("abcdefghi"));
		assertGoesOn(bus.equals("vm1") ? here : there);
		assertEquals("", guest.complaints().stream().reduce("", String::concat));
		guest.readConfig();
		try (var region = region()) {
			assertEquals(0, region.segment().get(ValueLayout.JAVA_LONG, NOTES + 8 + 8 * 5) >>> 16, "the note is out of date");
		}
	}

	@Test
	void backEndLost_newOneKnowsWhatTheGuestHasOpen() throws Exception {
		guest.reconnect(fixture.socket("vm2"));
		there.give("hello");
		assertReads("hello");
		assertEquals(List.of("opened"), there.calls);
		assertTrue(there.guest.guestOpen());
	}

	@Test
	void hostSideClosedAtTheNewOne_guestIsTold() throws Exception {
		there.guest.close();
		guest.reconnect(fixture.socket("vm2"));
		assertTrue(guest.awaitUntil(BusFixture.PATIENCE, () -> !port.hostConnected()));
	}

	@Test
	void lostAgainAndAgain_losesAndDoublesNothing() throws Exception {
		long seed = System.nanoTime();
		System.out.println("seed " + seed);
		var random = new Random(seed);
		var sent = new StringBuilder();
		var ports = new FarEnd.Port[] { here, there };
		for (int round = 0; round < 40; round++) {
			ports[round % 2].allow(random.nextInt(3000));
			for (int i = random.nextInt(5); i > 0; i--) {
				var bytes = new byte[1 + random.nextInt(2000)];
				random.nextBytes(bytes);
				sent.append(new String(bytes, StandardCharsets.ISO_8859_1));
				port.writeFully(bytes, BusFixture.PATIENCE);
			}
			guest.readConfig();
			guest.reconnect(fixture.socket(round % 2 == 0 ? "vm2" : "vm1"));
		}
		here.allow(Integer.MAX_VALUE);
		await(() -> far.taken.length() >= sent.length());
		assertEquals(sent.toString(), far.taken);
	}

	@Test
	void freshDriver_onTheSameMemory_isReadFromItsFirstByte() throws Exception {
		beginAChain();
		far.allowance = 0;
		guest.reload();
		here.allow(Integer.MAX_VALUE);
		port = BusFixture.opened(guest, "data");
		write("xyz");
		await(() -> far.taken.equals("abcxyz"));
	}

	/** Its first chain has the place of the one that the driver before had begun. */
	@Test
	void freshDriver_onTheSameMemory_thenBackEndLost_isReadFromItsFirstByte() throws Exception {
		beginAChain();
		far.allowance = 0;
		guest.reload();
		port = BusFixture.opened(guest, "data");
		write("xyz");
		guest.readConfig();
		far.allowance = Integer.MAX_VALUE;
		guest.reconnect(fixture.socket("vm2"));
		await(() -> far.taken.equals("abcxyz"));
	}

	@Test
	void freshDriver_atANewBackEnd_isNotTakenForTheOneBefore() throws Exception {
		beginAChain();
		guest.pause();
		frontEnd.reconnect(fixture.socket("vm2"));
		frontEnd.handshake();
		frontEnd.shareInflight(QUEUES, SIZE);
		guest.reload();
		guest.awaitPort("data", BusFixture.PATIENCE);
		assertFalse(there.guest.guestOpen());
		port = BusFixture.opened(guest, "data");
		write("xyz");
		await(() -> far.taken.equals("abcxyz"));
	}

	@Test
	void otherPortsAtTheNewOne_bytesGoOn_andWhatTheGuestKnewIsLost() throws Exception {
		var other = fixture.bus("vm3", 3);
		BusFixture.plug(other, "data", 1, false, there);
		BusFixture.plug(other, "more", 2, false, far.new Port());
		beginAChain();
		guest.reconnect(fixture.socket("vm3"));
		await(() -> far.taken.equals("abcdefghi"));
		assertFalse(there.guest.guestOpen());
	}

	@Test
	void deviceReset_leavesNothingBehind() throws Exception {
		beginAChain();
		guest.pause();
		new Wire(frontEnd.channel()).assertDone(Request.RESET_DEVICE, new byte[0]);
		await(() -> here.calls.equals(List.of("opened", "closed")));
		guest.reload();
		port = BusFixture.opened(guest, "data");
		write("xyz");
		here.allow(Integer.MAX_VALUE);
		await(() -> far.taken.equals("abcxyz"));
	}

	// ---- the memory

	@Test
	void layout_isTheDocumentedOne() throws Exception {
		beginAChain();
		try (var region = region()) {
			var memory = region.segment();
			for (int queue = 0; queue < QUEUES; queue++) {
				assertEquals(0, memory.get(ValueLayout.JAVA_LONG, queue * STRIDE));
				assertEquals(1, memory.get(ValueLayout.JAVA_SHORT, queue * STRIDE + 8));
				assertEquals(SIZE, memory.get(ValueLayout.JAVA_SHORT, queue * STRIDE + 10));
			}
			var name = memory.asSlice(NOTES, 8).toArray(ValueLayout.JAVA_BYTE);
			assertEquals("vport-i1", new String(name, StandardCharsets.US_ASCII));
			assertEquals(3L << 16, memory.get(ValueLayout.JAVA_LONG, NOTES + 8 + 8 * 5));
			long newest = Math.max(memory.get(ValueLayout.JAVA_LONG, STATES), memory.get(ValueLayout.JAVA_LONG, STATES + STATE));
			var state = memory.asSlice(STATES + (newest & 1) * STATE + 16, 8).toArray(ValueLayout.JAVA_BYTE);
			assertEquals("vportdev", new String(state, StandardCharsets.US_ASCII));
		}
	}

	/** The process before has ended while it wrote, in the first or in the second place for a state. */
	@ParameterizedTest
	@CsvSource({ "1, 0", "1, 1", "2, 0" })
	void damagedStates_theOlderCounts_orNone_andBytesGoOn(int damaged, int place) throws Exception {
		beginAChain();
		try (var region = region()) {
			var memory = region.segment();
			for (int said = 0; said < 2 || newest(memory) != place; said++) // so that the older one knows the open port, too
				saySomething();
			for (int i = 0; i < damaged; i++)
				memory.set(ValueLayout.JAVA_BYTE, STATES + (place + i & 1) * STATE + 16 + 40, (byte) 0x55);
		}
		guest.reconnect(fixture.socket("vm2"));
		await(() -> far.taken.equals("abcdefghi"));
		assertEquals(damaged == 1 ? List.of("opened") : List.of(), there.calls);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1 })
	void twoStates_theNewerCounts_inEitherPlace(int place) throws Exception {
		try (var region = region()) {
			do
				saySomething();
			while (newest(region.segment()) == place);
			guest.sendControl(new ControlMessage(port.id(), ControlMessage.PORT_OPEN, 0));
			await(() -> here.calls.equals(List.of("opened", "closed")));
			guest.readConfig();
			assertEquals(place, newest(region.segment()));
		}
		guest.reconnect(fixture.socket("vm2"));
		await(() -> !there.calls.isEmpty());
		assertEquals(List.of("closed"), there.calls);
	}

	/** Which of the two places has the newest state. */
	private static int newest(MemorySegment memory) {
		return memory.get(ValueLayout.JAVA_LONG, STATES) > memory.get(ValueLayout.JAVA_LONG, STATES + STATE) ? 0 : 1;
	}

	/** Which is noted as something new and has no answer: it is of a port that is not there. */
	private void saySomething() throws IOException {
		guest.sendControl(new ControlMessage(2, ControlMessage.PORT_OPEN, 1));
		guest.readConfig();
		guest.readConfig(); // the first answer may have come before the turn
	}

	@Test
	void memoryOfAnotherVersion_isRefused() throws Exception {
		for (long at : new long[] { 8, 10, STRIDE + 8, NOTES }) {
			try (var region = region()) {
				region.segment().set(ValueLayout.JAVA_BYTE, at, (byte) (region.segment().get(ValueLayout.JAVA_BYTE, at) + 1));
			}
			assertRefusedByTheNext();
			try (var region = region()) {
				region.segment().set(ValueLayout.JAVA_BYTE, at, (byte) (region.segment().get(ValueLayout.JAVA_BYTE, at) - 1));
			}
		}
	}

	/** Version and size go together, as if the queue had twice as many descriptors. */
	@Test
	void memoryOfANewerVersion_thatFitsOtherwise_isRefused() throws Exception {
		try (var region = region()) {
			region.segment().set(ValueLayout.JAVA_SHORT, 8, (short) 2);
			region.segment().set(ValueLayout.JAVA_SHORT, 10, (short) (2 * SIZE));
		}
		assertRefusedByTheNext();
	}

	private void assertRefusedByTheNext() throws IOException {
		var other = new Wire(fixture.connect("vm2", FrontEndSettings.qemu(3)).channel());
		other.send(Request.SET_PROTOCOL_FEATURES.id(), Message.VERSION, Wire.u64s(1 << 12 | 1 << 3));
		int file = copyOfTheDescriptor();
		other.assertRefused(Request.SET_INFLIGHT_FD, Wire.u64s(STATES + 2 * STATE, 0, QUEUES | SIZE << 16), file);
		Linux.close(file);
		other.channel().close();
	}

	private static int copyOfTheDescriptor() throws IOException {
		try (var all = Files.list(Path.of("/proc/self/fd"))) {
			for (var link : all.toList())
				if (Files.isSymbolicLink(link) && Files.readSymbolicLink(link).toString().startsWith("/memfd:vport-inflight"))
					return (int) Linux.open(link.toString(), Linux.O_RDWR, 0);
		}
		throw new AssertionError("no in-flight memory is open");
	}

	// ---- the messages

	private Wire stopped() throws IOException {
		guest.pause();
		return new Wire(frontEnd.channel());
	}

	@ParameterizedTest
	@ValueSource(ints = { 20, 24 })
	void asked_withOrWithoutPadding_isAnsweredAlike(int size) throws Exception {
		var wire = stopped();
		var payload = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN).putInt(16, QUEUES | SIZE << 16).array();
		wire.send(Request.GET_INFLIGHT_FD.id(), Message.VERSION, payload);
		var answer = frontEnd.channel().receive(BusFixture.PATIENCE);
		assertEquals(size, answer.payload().length);
		assertEquals(1, answer.descriptors().length);
		assertEquals(STATES + 2 * STATE, answer.fields().getLong(0));
		assertEquals(QUEUES | SIZE << 16, answer.fields().getInt(16));
		int file = answer.descriptors()[0];
		assertEquals(STATES + 2 * STATE, Linux.lseek(file, 0, 2));
		assertTrue(Linux.ftruncate(file, 0) < 0, "it can be truncated");
		wire.assertDone(Request.SET_INFLIGHT_FD, answer.payload(), file);
		Linux.close(file);
	}

	@ParameterizedTest
	@CsvSource({ "0,64", "257,64", "8,0", "8,32769" })
	void numbersThatCannotBe_areRefused_withoutADescriptor(int queues, int size) throws Exception {
		var wire = stopped();
		var payload = Wire.u32s(0, 0, 0, 0, queues | size << 16, 0);
		assertArrayEquals(new byte[24], wire.ask(Request.GET_INFLIGHT_FD, payload));
		int probe = Wire.probe("region", 1 << 20);
		wire.assertRefused(Request.SET_INFLIGHT_FD, payload, probe);
		assertEquals(1, Wire.openDescriptors("region"));
		Linux.close(probe);
	}

	@ParameterizedTest
	@CsvSource({ "1000,0", "-1,0", "270976,4095", "270976,-4096", "270976,1048576", "9223372036854775807,4096" })
	void regionThatCannotBe_isRefused(long size, long offset) throws Exception {
		var wire = stopped();
		int probe = Wire.probe("region", 1 << 20);
		wire.assertRefused(Request.SET_INFLIGHT_FD, Wire.u64s(size, offset, QUEUES | SIZE << 16), probe);
		wire.assertRefused(Request.SET_INFLIGHT_FD, Wire.u64s(STATES + 2 * STATE, 0, QUEUES | SIZE << 16));
		assertEquals(1, Wire.openDescriptors("region"));
		assertEquals(0, Wire.mappings("region"));
		Linux.close(probe);
	}

	@Test
	void fileThatCanBeTruncated_orIsSomethingElse_isRefused() throws Exception {
		var wire = stopped();
		var payload = Wire.u64s(STATES + 2 * STATE, 0, QUEUES | SIZE << 16);
		int probe = Wire.probe("region", 1 << 20);
		wire.assertRefused(Request.SET_INFLIGHT_FD, payload, probe);
		int unsealed = Wire.probe("unsealed", 1 << 20);
		try (var mapped = MappedFile.map(unsealed, 0, 1 << 20)) { // otherwise it is what it should be
			mapped.segment().asSlice(NOTES, 8).copyFrom(MemorySegment.ofArray("vport-i1".getBytes(StandardCharsets.US_ASCII)));
		}
		Linux.fcntl(unsealed, Linux.F_ADD_SEALS, 1); // F_SEAL_SEAL: no further one
		wire.assertRefused(Request.SET_INFLIGHT_FD, payload, unsealed);
		assertEquals(0, Wire.mappings("region") + Wire.mappings("unsealed"));
		Linux.close(probe);
		Linux.close(unsealed);
	}

	@Test
	void whileRingsRun_isRefused_andTheyGoOn() throws Exception {
		var wire = new Wire(frontEnd.channel());
		int file = copyOfTheDescriptor();
		wire.assertRefused(Request.SET_INFLIGHT_FD, Wire.u64s(STATES + 2 * STATE, 0, QUEUES | SIZE << 16), file);
		Linux.close(file);
		assertGoesOn(here);
	}
}
