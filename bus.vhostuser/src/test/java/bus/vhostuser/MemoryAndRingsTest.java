package bus.vhostuser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import bus.core.console.DeviceSettings;
import bus.core.console.DeviceSettings.ResizeOrder;
import bus.linux.Linux;
import bus.linux.MessageSocket;
import guest.driver.ConsoleDriver;
import guest.driver.DriverSettings;
import guest.driver.EventCounter;
import guest.driver.FrontEnd;
import guest.driver.FrontEndSettings;
import guest.driver.Request;

/** Regions and rings as no sane front-end gives them, or in an order of another front-end than QEMU. */
@Timeout(60)
class MemoryAndRingsTest {
	private static final long PAGE = 4096;
	private static final long FAR = 1L << 40;

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
		probe = Wire.probe("region", 16 * PAGE);
	}

	@AfterEach
	void close() throws Exception {
		fixture.close();
		assertEquals(1, Wire.openDescriptors("region"), "a descriptor of the front-end is still open");
		assertEquals(0, Wire.mappings("region"), "memory of the front-end is still mapped");
		Linux.close(probe);
	}

	private void assertSane() throws IOException {
		frontEnd.handshake();
		try (var guest = new ConsoleDriver(frontEnd, DriverSettings.linux())) {
			guest.start();
			BusFixture.assertEcho(BusFixture.opened(guest, "org.example.echo"), "sane");
		}
	}

	private void add(long guest, long size, long user, long offset, boolean accepted) throws IOException {
		assertEquals(accepted ? 0 : 1, wire.order(Request.ADD_MEM_REG.id(), Wire.u64s(0, guest, size, user, offset), probe),
				"region 0x" + Long.toHexString(guest) + " size " + size + " user 0x" + Long.toHexString(user));
	}

	// ---- regions

	@Test
	void region_thatIsNone_isRefused() throws Exception {
		add(FAR, 0, FAR, 0, false);
		add(FAR, -PAGE, FAR, 0, false);
		add(FAR, 17 * PAGE, FAR, 0, false);
		add(FAR, PAGE, FAR, 16 * PAGE, false);
		add(FAR, PAGE, FAR, Long.MAX_VALUE & -PAGE, false);
		add(FAR, PAGE, FAR, -PAGE, false);
		add(-PAGE, 2 * PAGE, FAR, 0, false);
		add(FAR, 2 * PAGE, -PAGE, 0, false);
		assertEquals(1, Wire.openDescriptors("region"));
		assertSane();
	}

	@Test
	void regions_overlapping_areRefused() throws Exception {
		add(FAR, 4 * PAGE, FAR, 0, true);
		add(FAR + 3 * PAGE, PAGE, 2 * FAR, 0, false);
		add(FAR - PAGE, 2 * PAGE, 2 * FAR, 0, false);
		add(2 * FAR, PAGE, FAR + 3 * PAGE, 0, false); // in the front-end's addresses: where would a ring be?
		add(FAR + 4 * PAGE, PAGE, FAR + 4 * PAGE, 4 * PAGE, true);
		add(0x7000_0000_0000_0000L, PAGE, 0xf000_0000_0000_0000L, 0, true); // far apart in both
		wire.assertDone(Request.REM_MEM_REG, Wire.u64s(0, FAR, 4 * PAGE, FAR, 0));
		wire.assertRefused(Request.REM_MEM_REG, Wire.u64s(0, FAR, 4 * PAGE, FAR, 0));
		add(FAR, 4 * PAGE, FAR, 0, true);
		assertSane();
	}

	@Test
	void regions_moreThanSlots_areRefused() throws Exception {
		for (int i = 0; i < 64; i++)
			add(FAR + i * PAGE, PAGE, FAR + i * PAGE, 0, true);
		add(2 * FAR, PAGE, 2 * FAR, 0, false);
		assertSane();
	}

	@Test
	void table_withOneBadRegion_leavesTheOldOne() throws Exception {
		add(FAR, PAGE, FAR, 0, true);
		wire.assertRefused(Request.SET_MEM_TABLE, Wire.u64s(2, FAR, PAGE, FAR, 0, 2 * FAR, 99 * PAGE, 2 * FAR, 0), probe,
				probe);
		wire.assertDone(Request.REM_MEM_REG, Wire.u64s(0, FAR, PAGE, FAR, 0));
		assertSane();
	}

	/** What front-ends do that share one file: the offset need not be a multiple of anything but the page. */
	@Test
	void region_notOfWholePages_isMapped() throws Exception {
		add(FAR, 100, FAR, 3 * PAGE + 16, true);
		assertSane();
	}

	// ---- rings

	@ParameterizedTest
	@ValueSource(ints = { 256, 0x7fffffff, -1 })
	void ringIndex_beyondAll_isRefused(int index) throws Exception {
		wire.assertRefused(Request.SET_VRING_NUM, Wire.u32s(index, 64));
		wire.assertRefused(Request.SET_VRING_BASE, Wire.u32s(index, 0));
		wire.assertRefused(Request.SET_VRING_ENABLE, Wire.u32s(index, 1));
		wire.assertRefused(Request.SET_VRING_ADDR, Wire.u64s(Integer.toUnsignedLong(index), FAR, FAR, FAR, 0));
		assertSane();
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 3, 100, 65536, -1, 0x80000000 })
	void ringSize_thatIsNoPowerOfTwo_isRefused(int size) throws Exception {
		wire.assertRefused(Request.SET_VRING_NUM, Wire.u32s(1, size));
	}

	@ParameterizedTest
	@ValueSource(ints = { 65536, -1 })
	void ringBase_beyondSixteenBits_isRefused(int base) throws Exception {
		wire.assertRefused(Request.SET_VRING_BASE, Wire.u32s(1, base));
	}

	@ParameterizedTest
	@CsvSource({ "8,0,0", "0,2,0", "0,0,1" })
	void ringAddresses_misaligned_areRefused(int descriptors, int used, int available) throws Exception {
		wire.assertRefused(Request.SET_VRING_ADDR, Wire.u64s(1, FAR + descriptors, FAR + used, FAR + available, 0));
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, -1 })
	void enable_neitherZeroNorOne_isRefused(int value) throws Exception {
		wire.assertRefused(Request.SET_VRING_ENABLE, Wire.u32s(1, value));
	}

	@Test
	void getBase_ofARingThatNeverStarted_answersWhatWasSet() throws Exception {
		assertArrayEquals(Wire.u32s(5, 0), wire.ask(Request.GET_VRING_BASE, Wire.u32s(5, 0)));
		wire.assertDone(Request.SET_VRING_BASE, Wire.u32s(200, 0xabcd));
		assertArrayEquals(Wire.u32s(200, 0xabcd), wire.ask(Request.GET_VRING_BASE, Wire.u32s(200, 0)));
	}

	@Test
	void lines_replacedOrOfAStoppedRing_areClosed() throws Exception {
		var kicks = MessageSocket.pair(); // each socket is a file that can be told from all others
		var calls = MessageSocket.pair();
		wire.assertDone(Request.SET_VRING_KICK, Wire.u64s(1), kicks[0].descriptor());
		wire.assertDone(Request.SET_VRING_KICK, Wire.u64s(1), kicks[1].descriptor());
		wire.assertDone(Request.SET_VRING_CALL, Wire.u64s(1), calls[0].descriptor());
		wire.assertDone(Request.SET_VRING_CALL, Wire.u64s(1), calls[1].descriptor());
		assertEquals(1, Wire.openDescriptorsOn(kicks[0].descriptor()));
		assertEquals(2, Wire.openDescriptorsOn(kicks[1].descriptor()));
		assertEquals(1, Wire.openDescriptorsOn(calls[0].descriptor()));
		wire.ask(Request.GET_VRING_BASE, Wire.u32s(1, 0));
		assertEquals(1, Wire.openDescriptorsOn(kicks[1].descriptor()), "GET_VRING_BASE ends the kicks");
		assertEquals(2, Wire.openDescriptorsOn(calls[1].descriptor()), "and not the calls");
		wire.assertDone(Request.SET_VRING_CALL, Wire.u64s(0x101));
		assertEquals(1, Wire.openDescriptorsOn(calls[1].descriptor()));
		for (var socket : new MessageSocket[] { kicks[0], kicks[1], calls[0], calls[1] })
			socket.close();
	}

	@Test
	void regions_replacedOrRemoved_areUnmapped() throws Exception {
		add(FAR, PAGE, FAR, 0, true);
		assertEquals(1, Wire.mappings("region"));
		wire.assertDone(Request.SET_MEM_TABLE, Wire.u64s(1, FAR, PAGE, FAR, 2 * PAGE), probe);
		assertEquals(1, Wire.mappings("region"));
		wire.assertDone(Request.REM_MEM_REG, Wire.u64s(0, FAR, PAGE, FAR, 0));
		assertEquals(0, Wire.mappings("region"));
	}

	/** Aligned for the front-end, but its region is not: the ring cannot be used, and nothing else happens. */
	@Test
	void ring_inARegionThatIsMisaligned_doesNotStart() throws Exception {
		add(FAR, 8 * PAGE, FAR, 1, true);
		setUp(1, FAR, FAR + PAGE, FAR + 2 * PAGE);
		wire.assertInStep();
		assertSane();
	}

	@Test
	void ring_outsideOfMemory_doesNotStart_andStartsWhenItsMemoryComes() throws Exception {
		setUp(1, FAR, FAR + PAGE, FAR + 2 * PAGE);
		wire.assertInStep();
		add(FAR, 8 * PAGE, FAR, 0, true);
		setUp(2, FAR + 8 * PAGE - 16, FAR + PAGE, FAR + 2 * PAGE); // begins inside and ends outside
		setUp(3, FAR - 16, FAR + PAGE, FAR + 2 * PAGE);
		wire.assertInStep();
		wire.assertDone(Request.REM_MEM_REG, Wire.u64s(0, FAR, 8 * PAGE, FAR, 0)); // of the ring that runs
		wire.assertInStep();
		add(FAR, 8 * PAGE, FAR, 0, true);
		assertSane();
	}

	/** A guest changes its features as often as it likes, and some front-ends go on after a refusal. */
	@Test
	void ring_ofASizeThatTheFeaturesDoNotAllow_isReportedOnce() throws Exception {
		var lines = new CopyOnWriteArrayList<String>();
		var handler = new Handler() {
			@Override
			public void publish(LogRecord line) {
				lines.add(line.getMessage());
			}

			@Override
			public void flush() {
			}

			@Override
			public void close() {
			}
		};
		long plain = 1L << 32 | 1L << 30;
		fixture.bus("vm2", new DeviceSettings(3, DeviceSettings.RING_FEATURES, ResizeOrder.SPEC, false));
		var log = Logger.getLogger("bus.vhostuser");
		log.addHandler(handler);
		try (var other = fixture.connect("vm2", FrontEndSettings.qemu(3)); var kick = new EventCounter()) {
			other.handshake();
			var it = new Wire(other.channel());
			it.assertDone(Request.SET_FEATURES, Wire.u64s(plain | 1L << 34));
			it.assertDone(Request.SET_VRING_NUM, Wire.u32s(1, 3));
			it.assertDone(Request.SET_VRING_BASE, Wire.u32s(1, 0x8000));
			it.assertDone(Request.SET_VRING_ADDR, Wire.u64s(1, FAR, FAR + PAGE, FAR + 2 * PAGE, 0));
			it.assertDone(Request.SET_FEATURES, Wire.u64s(plain));
			it.assertDone(Request.SET_VRING_KICK, Wire.u64s(1), kick.descriptor());
			for (int i = 0; i < 50; i++)
				it.assertDone(Request.SET_VRING_ENABLE, Wire.u32s(1, 1));
		} finally {
			log.removeHandler(handler);
		}
		assertEquals(1, lines.stream().filter(line -> line.contains("does not start")).count());
	}

	/** ENABLE and KICK before anything else, and KICK twice. */
	private void setUp(int ring, long descriptors, long used, long available) throws IOException {
		try (var kick = new EventCounter(); var second = new EventCounter()) {
			wire.assertDone(Request.SET_VRING_ENABLE, Wire.u32s(ring, 1));
			wire.assertDone(Request.SET_VRING_KICK, Wire.u64s(ring), kick.descriptor());
			wire.assertDone(Request.SET_VRING_ADDR, Wire.u64s(ring, descriptors, used, available, 0));
			wire.assertDone(Request.SET_VRING_NUM, Wire.u32s(ring, 64));
			wire.assertDone(Request.SET_VRING_KICK, Wire.u64s(ring), second.descriptor());
		}
	}

	@Test
	void callOfARunningRing_replaced_isRungAtOnce() throws Exception {
		try (var guest = new ConsoleDriver(frontEnd, DriverSettings.linux()); var call = new EventCounter()) {
			guest.start();
			wire.assertDone(Request.SET_VRING_CALL, Wire.u64s(5), call.descriptor());
			assertEquals(1, call.take());
		}
	}
}
