package bus.vhostuser;

import static bus.vhostuser.BusFixture.assertEcho;
import static bus.vhostuser.BusFixture.opened;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import bus.api.GuestPort;
import bus.api.HostPort;
import bus.core.console.DeviceSettings;
import bus.core.console.DeviceSettings.ResizeOrder;
import guest.driver.ConsoleDriver;
import guest.driver.ControlMessage;
import guest.driver.DriverSettings;
import guest.driver.FrontEndSettings;
import guest.driver.VirtioFeature;

/** All kinds of rings over a real socket, on a bus that offers everything: the guest's driver chooses. */
@ParameterizedClass
@MethodSource("kinds")
@Timeout(60)
class RingsTest {
	private static final long[] SWITCHES = { VirtioFeature.RING_PACKED, VirtioFeature.EVENT_IDX,
			VirtioFeature.INDIRECT_DESC, VirtioFeature.IN_ORDER };
	private static final long CONSOLE = VirtioFeature.VERSION_1 | VirtioFeature.MULTIPORT | VirtioFeature.SIZE;

	@TempDir
	Path folder;
	private final long features;
	private BusFixture fixture;
	private BusServer server;

	RingsTest(long features) {
		this.features = features;
	}

	static Stream<Long> kinds() {
		return IntStream.range(0, 1 << SWITCHES.length).mapToObj(bits -> IntStream.range(0, SWITCHES.length)
				.filter(i -> (bits >> i & 1) != 0).mapToLong(i -> SWITCHES[i]).reduce(CONSOLE, (a, b) -> a | b));
	}

	@BeforeEach
	void bus() throws Exception {
		fixture = new BusFixture(folder);
		server = fixture.bus("vm1", new DeviceSettings(3, DeviceSettings.RING_FEATURES, ResizeOrder.SPEC, false));
	}

	@AfterEach
	void end() throws Exception {
		fixture.close();
	}

	private ConsoleDriver guest(FrontEndSettings monitor, int buffers, int size) throws Exception {
		var settings = DriverSettings.linux().withFeatures(features).withBuffers(buffers, size);
		var guest = fixture.guest("vm1", monitor, settings);
		assertEquals(features, guest.features());
		return guest;
	}

	/** Packed rings have no use for it, and say so; the others take notes. */
	@Test
	void inflightMemory_beforeTheFeatures_harmsNoRing_andIsDroppedByPackedOnes() throws Exception {
		var far = new FarEnd();
		BusFixture.plug(server, "data", 1, false, far.new Port());
		var frontEnd = fixture.connect("vm1", FrontEndSettings.qemu(3));
		frontEnd.handshake();
		frontEnd.shareInflight(8, 64);
		try (var guest = new ConsoleDriver(frontEnd, DriverSettings.linux().withFeatures(features))) {
			guest.start();
			opened(guest, "data").writeFully("hello".getBytes(StandardCharsets.UTF_8), BusFixture.PATIENCE);
			BusFixture.await(() -> far.taken.equals("hello"));
			assertEquals((features & VirtioFeature.RING_PACKED) != 0 ? 0 : 1, Wire.mappings("vport-inflight"));
		}
	}

	@Test
	void migrated_halfConsumedElement_goesOnAtTheByte() throws Exception {
		var far = new FarEnd();
		var here = far.new Port();
		var there = far.new Port();
		var target = fixture.bus("vm2", new DeviceSettings(3, DeviceSettings.RING_FEATURES, ResizeOrder.SPEC, false));
		BusFixture.plug(server, "data", 1, false, here);
		BusFixture.plug(target, "data", 1, false, there);
		var guest = fixture.guest("vm1", FrontEndSettings.qemu(3), DriverSettings.linux().withFeatures(features));
		var port = opened(guest, "data");
		for (var current : new FarEnd.Port[] { here, there, here, there }) {
			far.taken = "";
			current.allow(3);
			port.writeFully("abcdef".getBytes(StandardCharsets.UTF_8), BusFixture.PATIENCE);
			port.writeFully("ghi".getBytes(StandardCharsets.UTF_8), BusFixture.PATIENCE);
			BusFixture.await(() -> far.taken.equals("abc"));
			far.allowance = Integer.MAX_VALUE;
			guest.migrate(fixture.socket(current == here ? "vm2" : "vm1"));
			BusFixture.await(() -> far.taken.equals("abcdefghi"));
		}
		here.give("back");
		assertArrayEquals("back".getBytes(StandardCharsets.UTF_8), port.readNBytes(4, BusFixture.PATIENCE));
	}

	@ParameterizedTest
	@ValueSource(ints = { 4, 64, 32768 })
	void echo_randomBytes_comeBack(int ringSize) throws Exception {
		BusFixture.plug(server, "echo", 2, false, new EchoPort());
		var port = opened(guest(FrontEndSettings.qemu(3).withQueueSize(ringSize), 3, 32), "echo");
		long seed = System.nanoTime();
		System.out.println("seed " + seed);
		var random = new Random(seed);
		for (int i = 0; i < 50; i++) {
			var sent = new byte[1 + random.nextInt(3000)];
			random.nextBytes(sent);
			port.writeFully(sent, BusFixture.PATIENCE);
			assertArrayEquals(sent, port.readNBytes(sent.length, BusFixture.PATIENCE));
		}
	}

	@Test
	void umlsOrderOfMessages_works() throws Exception {
		BusFixture.plug(server, "echo", 2, false, new EchoPort());
		assertEcho(opened(guest(FrontEndSettings.uml(3), 0, 4096), "echo"), "hello");
	}

	@Test
	void s54_pauseAndResume_manyTimes_nothingIsClosed() throws Exception {
		var echo = BusFixture.plug(server, "echo", 1, false, new EchoPort());
		var guest = guest(FrontEndSettings.qemu(3), 0, 4096);
		var port = opened(guest, "echo");
		for (int i = 0; i < 5; i++) {
			assertEcho(port, "round " + i);
			guest.pause();
			guest.resume();
		}
		assertTrue(echo.guest.guestOpen());
	}

	/** A ring of 4 is back where it began after two turns: that must not look like a driver that begins. */
	@Test
	void s54_pauseAtEveryPlaceOfTheControlRing_isNoReset() throws Exception {
		var echo = BusFixture.plug(server, "echo", 1, false, new EchoPort());
		var guest = guest(FrontEndSettings.qemu(3).withQueueSize(4), 0, 256);
		var port = opened(guest, "echo");
		for (int i = 0; i < 10; i++) {
			port.close();
			port.open();
			guest.sendControl(new ControlMessage(1, ControlMessage.PORT_READY, 1)); // three a round: all places come by
			assertEcho(port, "round " + i);
			guest.pause();
			guest.resume();
			assertTrue(guest.awaitUntil(BusFixture.PATIENCE, port::hostConnected));
			assertTrue(echo.guest.guestOpen(), "round " + i);
		}
	}

	/** Takes three bytes, and the rest when it is told to. */
	private static final class Sipper implements HostPort {
		final StringBuffer taken = new StringBuffer();
		final CountDownLatch three = new CountDownLatch(3);
		final CountDownLatch six = new CountDownLatch(6);
		volatile int allowance = 3;
		GuestPort guest;

		@Override
		public void plugged(GuestPort half) {
			guest = half;
			half.open();
		}

		@Override
		public int guestData(ByteBuffer data) {
			int n = Math.min(allowance, data.remaining());
			allowance -= n;
			taken.append(StandardCharsets.UTF_8.decode(data.limit(data.position() + n)));
			for (int i = 0; i < n; i++) {
				three.countDown();
				six.countDown();
			}
			return n;
		}

		@Override
		public int hostData(ByteBuffer room) {
			return 0;
		}
	}

	@Test
	void s54_s41_pauseWhileThrottled_resumesAtTheByte() throws Exception {
		var sipper = BusFixture.plug(server, "sipper", 1, false, new Sipper());
		var guest = guest(FrontEndSettings.qemu(3), 0, 4096);
		opened(guest, "sipper").writeFully("abcdef".getBytes(StandardCharsets.UTF_8), BusFixture.PATIENCE);
		assertTrue(sipper.three.await(20, TimeUnit.SECONDS));
		guest.pause();
		guest.resume();
		sipper.allowance = 100;
		sipper.guest.writable();
		assertTrue(sipper.six.await(20, TimeUnit.SECONDS));
		assertEquals("abcdef", sipper.taken.toString());
	}

	@Test
	void s21_reload_freshDriver_findsItsPortsAgain() throws Exception {
		BusFixture.plug(server, "echo", 1, false, new EchoPort());
		var guest = guest(FrontEndSettings.qemu(3), 0, 4096);
		assertEcho(opened(guest, "echo"), "first");
		guest.reload();
		assertEcho(opened(guest, "echo"), "second");
	}
}
