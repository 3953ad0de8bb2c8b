package bus.vhostuser;

import static bus.vhostuser.BusFixture.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import bus.linux.Linux;
import guest.driver.BackEndException;
import guest.driver.ConsoleDriver;
import guest.driver.DriverSettings;
import guest.driver.FrontEnd;
import guest.driver.FrontEndSettings;
import guest.driver.GuestSidePort;
import guest.driver.Request;

/** A guest goes from one bus to another with SET_DEVICE_STATE_FD; and what must not go over, does not. */
@Timeout(60)
class DeviceStateTest {
	private static final byte[] SAVE = Wire.u32s(0, 0);
	private static final byte[] LOAD = Wire.u32s(1, 0);
	private static final byte[] NOTHING = {};
	private static final int PIPE = 64 << 10;

	@TempDir
	Path folder;

	private final FarEnd far = new FarEnd();
	private final FarEnd.Port here = far.new Port();
	private final FarEnd.Port there = far.new Port();
	private BusFixture fixture;
	private FrontEnd frontEnd;
	private ConsoleDriver guest;
	private GuestSidePort port;
	private BusServer target;

	@BeforeEach
	void boot() throws Exception {
		fixture = new BusFixture(folder);
		BusFixture.plug(fixture.bus("vm1", 3), "data", 1, false, here);
		target = fixture.bus("vm2", 3);
		BusFixture.plug(target, "data", 1, false, there);
		frontEnd = fixture.connect("vm1", FrontEndSettings.qemu(3));
		guest = fixture.guest(frontEnd, DriverSettings.linux());
		port = BusFixture.opened(guest, "data");
	}

	@AfterEach
	void close() throws Exception {
		fixture.close();
	}

	private void write(String text) throws IOException {
		port.writeFully(text.getBytes(StandardCharsets.ISO_8859_1), BusFixture.PATIENCE);
	}

	private String read(int bytes) throws IOException {
		return new String(port.readNBytes(bytes, BusFixture.PATIENCE), StandardCharsets.ISO_8859_1);
	}

	private void assertGoesOn(FarEnd.Port with) throws IOException {
		far.taken = "";
		write("and so on");
		await(() -> far.taken.equals("and so on"));
		with.give("back");
		assertEquals("back", read(4));
	}

	// ---- it goes over

	@Test
	void migrated_halfConsumedElement_goesOnAtTheByte_andBothWays() throws Exception {
		here.allow(3);
		write("abcdef");
		write("ghi");
		await(() -> far.taken.equals("abc"));
		far.allowance = Integer.MAX_VALUE; // of the far end, which the port there asks
		guest.migrate(fixture.socket("vm2"));
		await(() -> far.taken.equals("abcdefghi"));
		assertEquals(List.of("opened"), there.calls);
		assertGoesOn(there);
	}

	@Test
	void migrated_thereAndBackAgain_losesAndDoublesNothing() throws Exception {
		long seed = System.nanoTime();
		System.out.println("seed " + seed);
		var random = new Random(seed);
		var sent = new StringBuilder();
		var given = new StringBuilder();
		var received = new StringBuilder();
		var ports = new FarEnd.Port[] { here, there };
		for (int round = 0; round < 40; round++) {
			var current = ports[round % 2];
			current.allow(random.nextInt(3000));
			for (int i = random.nextInt(5); i > 0; i--) {
				String text = randomText(random, 1 + random.nextInt(2000));
				sent.append(text);
				write(text);
			}
			String text = randomText(random, random.nextInt(2000));
			given.append(text);
			current.give(text);
			if (random.nextBoolean())
				received.append(read(given.length() - received.length()));
			guest.migrate(fixture.socket(round % 2 == 0 ? "vm2" : "vm1"));
			guest.awaitUntil(BusFixture.PATIENCE, port::hostConnected);
		}
		ports[0].allow(Integer.MAX_VALUE);
		ports[0].give("");
		await(() -> far.taken.length() >= sent.length());
		received.append(read(given.length() - received.length()));
		assertEquals(sent.toString(), far.taken);
		assertEquals(given.toString(), received.toString());
	}

	private static String randomText(Random random, int length) {
		var bytes = new byte[length];
		random.nextBytes(bytes);
		return new String(bytes, StandardCharsets.ISO_8859_1);
	}

	/** As Cloud Hypervisor says it: the guest would lose all that it has offered. */
	@Test
	void load_thenBasesBehindAllThatWasOffered_losesNothing() throws Exception {
		here.allow(3);
		write("abcdef");
		write("ghi");
		await(() -> far.taken.equals("abc"));
		guest.pause();
		byte[] state = frontEnd.saveState();
		far.allowance = Integer.MAX_VALUE;
		guest.reconnect(fixture.socket("vm2"), state);
		await(() -> far.taken.equals("abcdefghi"));
		assertGoesOn(there);
	}

	@Test
	void s73_saved_theSourceGoesOn() throws Exception {
		here.allow(3);
		write("abcdef");
		await(() -> far.taken.equals("abc"));
		guest.pause();
		frontEnd.saveState();
		assertArrayEquals(frontEnd.saveState(), frontEnd.saveState());
		guest.resume();
		here.allow(Integer.MAX_VALUE);
		await(() -> far.taken.equals("abcdef"));
		assertGoesOn(here);
	}

	// ---- it is refused

	private byte[] saved() throws IOException {
		guest.pause();
		return frontEnd.saveState();
	}

	private void assertRefusedAndBothGoOn(byte[] state) throws IOException {
		var other = fixture.connect("vm2", FrontEndSettings.qemu(3));
		other.handshake();
		var e = assertThrows(BackEndException.class, () -> other.loadState(state));
		assertTrue(e.getMessage().contains("verdict=1"), e.getMessage());
		guest.resume();
		assertGoesOn(here);
		try (var fresh = new ConsoleDriver(other, DriverSettings.linux())) {
			fresh.start();
			for (var info : target.bus().ports()) {
				fresh.awaitPort(info.id(), BusFixture.PATIENCE);
				assertFalse(info.guestOpen());
			}
		}
	}

	@Test
	void s68_otherPortMap_isRefused_andBothGoOn() throws Exception {
		BusFixture.plug(target, "more", 2, false, far.new Port());
		assertRefusedAndBothGoOn(saved());
	}

	@Test
	void s68_unknownId_isRefused_andBothGoOn() throws Exception {
		target.bus().unplug(there);
		assertRefusedAndBothGoOn(saved());
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 8, 10, 12, 16, 32, 36, 43 })
	void damagedByte_isRefused_andBothGoOn(int at) throws Exception {
		byte[] state = saved();
		state[at] ^= 4;
		assertRefusedAndBothGoOn(state);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 31, 43, 45, PIPE, 1 << 20, (1 << 20) + 1, 3 << 20 })
	void otherLength_isRefused_andBothGoOn(int length) throws Exception {
		assertRefusedAndBothGoOn(Arrays.copyOf(saved(), length));
	}

	// ---- the messages one by one

	private Wire stopped() throws IOException {
		guest.pause();
		return new Wire(frontEnd.channel());
	}

	private static void assertAccepted(Wire wire, byte[] direction, int descriptor) throws IOException {
		assertArrayEquals(Wire.u64s(0x100), wire.ask(Request.SET_DEVICE_STATE_FD, direction, descriptor));
	}

	private static void assertVerdict(Wire wire, long verdict) throws IOException {
		assertArrayEquals(Wire.u64s(verdict), wire.ask(Request.CHECK_DEVICE_STATE, NOTHING));
	}

	private static void assertNotAccepted(Wire wire, byte[] payload, int... descriptors) throws IOException {
		assertArrayEquals(Wire.u64s(0x101), wire.ask(Request.SET_DEVICE_STATE_FD, payload, descriptors));
	}

	private static int[] pipe() {
		try (var arena = Arena.ofConfined()) {
			var pair = arena.allocate(ValueLayout.JAVA_INT, 2);
			assertEquals(0, Linux.pipe2(pair.address()));
			return pair.toArray(ValueLayout.JAVA_INT);
		}
	}

	/** Reads what there is, without waiting; -EAGAIN or 0 when there is nothing. */
	private static long drain(int descriptor, long most) {
		try (var arena = Arena.ofConfined()) {
			return Linux.read(descriptor, arena.allocate(most).address(), most);
		}
	}

	private static long fill(int descriptor, long bytes) {
		try (var arena = Arena.ofConfined()) {
			return Linux.write(descriptor, arena.allocate(bytes).address(), bytes);
		}
	}

	@Test
	void saveOrLoad_whileRingsRun_isRefused() throws Exception {
		var wire = new Wire(frontEnd.channel());
		int probe = Wire.probe("state", 0);
		assertNotAccepted(wire, SAVE, probe);
		assertNotAccepted(wire, LOAD, probe);
		assertEquals(1, Wire.openDescriptors("state"));
		Linux.close(probe);
		assertGoesOn(here);
	}

	@Test
	void load_whoseRingsRunWhenItIsToTakeEffect_isRefused() throws Exception {
		byte[] state = saved();
		var wire = new Wire(frontEnd.channel());
		int file = Wire.probe("state", 0);
		try (var arena = Arena.ofConfined()) {
			Linux.write(file, arena.allocateFrom(ValueLayout.JAVA_BYTE, state).address(), state.length);
		}
		Linux.lseek(file, 0, 0);
		assertAccepted(wire, LOAD, file);
		guest.resume();
		assertVerdict(wire, 1);
		assertEquals(1, Wire.openDescriptors("state"));
		Linux.close(file);
		assertGoesOn(here);
	}

	@Test
	void wrongDirectionPhaseOrDescriptors_areRefused() throws Exception {
		var wire = stopped();
		int probe = Wire.probe("state", 0);
		assertNotAccepted(wire, Wire.u32s(2, 0), probe);
		assertNotAccepted(wire, Wire.u32s(-1, 0), probe);
		assertNotAccepted(wire, Wire.u32s(0, 1), probe);
		assertNotAccepted(wire, SAVE);
		assertNotAccepted(wire, SAVE, probe, probe);
		assertNotAccepted(wire, new byte[3], probe);
		assertVerdict(wire, 1);
		assertEquals(1, Wire.openDescriptors("state"));
		Linux.close(probe);
		guest.resume();
		assertGoesOn(here);
	}

	@Test
	void verdictWithoutATransfer_isAnError() throws Exception {
		var wire = stopped();
		assertVerdict(wire, 1);
		frontEnd.saveState();
		assertVerdict(wire, 1);
	}

	@Test
	void files_serveAsWellAsPipes() throws Exception {
		var wire = stopped();
		int file = Wire.probe("state", 0);
		assertAccepted(wire, SAVE, file);
		assertVerdict(wire, 0);
		Linux.lseek(file, 0, 0);
		assertAccepted(wire, LOAD, file);
		assertVerdict(wire, 0);
		assertEquals(1, Wire.openDescriptors("state"));
		Linux.close(file);
		guest.resume();
		assertGoesOn(here);
	}

	@Test
	void fullPipe_isWaitedForWithoutHoldingTheBus() throws Exception {
		var wire = stopped();
		int[] pipe = pipe();
		assertEquals(PIPE, fill(pipe[1], PIPE));
		assertAccepted(wire, SAVE, pipe[1]);
		Linux.close(pipe[1]);
		wire.assertInStep();
		assertEquals(PIPE, drain(pipe[0], PIPE));
		await(() -> drain(pipe[0], PIPE) == 0); // it comes, and then the end of the file
		assertVerdict(wire, 0);
		Linux.close(pipe[0]);
	}

	@Test
	void stateThatWasNotReadToItsEnd_isAnError_andItsDescriptorIsClosed() throws Exception {
		var wire = stopped();
		int[] pipe = pipe();
		fill(pipe[1], PIPE);
		assertAccepted(wire, SAVE, pipe[1]);
		Linux.close(pipe[1]);
		assertVerdict(wire, 1);
		assertEquals(PIPE, drain(pipe[0], PIPE));
		assertEquals(0, drain(pipe[0], 1), "the writing end is open");
		Linux.close(pipe[0]);
	}

	@Test
	void readerThatHasGone_isAnError() throws Exception {
		var wire = stopped();
		int[] pipe = pipe();
		Linux.close(pipe[0]);
		assertAccepted(wire, SAVE, pipe[1]);
		Linux.close(pipe[1]);
		assertVerdict(wire, 1);
	}

	@Test
	void writerThatHasNotClosed_isAnError() throws Exception {
		byte[] state = saved();
		var wire = new Wire(frontEnd.channel());
		int[] pipe = pipe();
		assertAccepted(wire, LOAD, pipe[0]);
		Linux.close(pipe[0]);
		try (var arena = Arena.ofConfined()) {
			Linux.write(pipe[1], arena.allocateFrom(ValueLayout.JAVA_BYTE, state).address(), state.length);
		}
		assertVerdict(wire, 1);
		assertEquals(-32, fill(pipe[1], 1), "the reading end is open");
		Linux.close(pipe[1]);
		guest.resume();
		assertGoesOn(here);
	}

	@Test
	void secondTransfer_replacesTheFirst() throws Exception {
		var wire = stopped();
		int[] first = pipe();
		assertAccepted(wire, LOAD, first[0]);
		Linux.close(first[0]);
		frontEnd.saveState();
		assertEquals(-32, fill(first[1], 1), "the reading end is open");
		Linux.close(first[1]);
	}

	@Test
	void connectionThatEnds_closesTheDescriptor() throws Exception {
		var wire = stopped();
		int[] pipe = pipe();
		assertAccepted(wire, LOAD, pipe[0]);
		Linux.close(pipe[0]);
		guest.close();
		await(() -> Wire.openDescriptorsOn(pipe[1]) == 1); // the other end, which is ours
		Linux.close(pipe[1]);
	}
}
