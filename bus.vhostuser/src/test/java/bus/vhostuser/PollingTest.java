package bus.vhostuser;

import static bus.vhostuser.BusFixture.PATIENCE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import bus.api.GuestPort;
import bus.api.HostPort;
import bus.core.console.DeviceSettings;
import bus.core.console.DeviceSettings.ResizeOrder;
import bus.linux.Epoll;
import bus.vhostuser.loop.Polling;
import guest.driver.DriverSettings;
import guest.driver.FrontEnd;
import guest.driver.FrontEndSettings;
import guest.driver.VirtioFeature;

/** A loop that looks before it sleeps, and a driver on another processor that kicks only if it is asked to. */
@Timeout(120)
class PollingTest {
	private static final long PACKED = VirtioFeature.RING_PACKED;
	private static final long EVENT_IDX = VirtioFeature.EVENT_IDX;

	@TempDir
	Path folder;

	private BusFixture fixture;
	private BusServer server;
	private FrontEnd frontEnd;
	private RawGuest guest;
	private final Counter console = new Counter();
	private long kicks;

	/** Takes everything. */
	private static final class Counter implements HostPort {
		volatile long taken;

		@Override
		public void plugged(GuestPort half) {
			half.open();
		}

		@Override
		public int guestData(ByteBuffer data) {
			taken += data.remaining();
			return data.remaining();
		}

		@Override
		public int hostData(ByteBuffer room) {
			return 0;
		}
	}

	@BeforeEach
	void open() {
		fixture = new BusFixture(folder);
	}

	@AfterEach
	void close() throws Exception {
		fixture.close();
		if (guest != null)
			guest.close();
	}

	private void boot(long rings, Polling polling) throws Exception {
		server = fixture.bus("vm1", new DeviceSettings(3, rings, ResizeOrder.SPEC, false), polling);
		BusFixture.plug(server, "con", 0, true, console);
		frontEnd = fixture.connect("vm1", FrontEndSettings.qemu(3));
		frontEnd.handshake();
		guest = new RawGuest(new Wire(frontEnd.channel()), VirtioFeature.VERSION_1 | rings);
		guest.start(guest.ring.startBase());
	}

	private void offer() {
		guest.offer("x");
		if (guest.ring.kickNeeded()) {
			guest.kick.ring();
			kicks++;
		}
	}

	private void awaitUsed() {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		while (guest.ring.poll() == null) {
			assertTrue(System.nanoTime() < deadline, "a chain is not seen after " + console.taken + ", " + kicks + " kicks");
			Thread.onSpinWait();
		}
	}

	private static void pause(long nanos) {
		long end = System.nanoTime() + nanos;
		while (System.nanoTime() < end)
			Thread.onSpinWait();
	}

	/** Pauses about as long as the loop looks: chains come just when it stops looking and goes to sleep. */
	@ParameterizedTest
	@ValueSource(longs = { 0, EVENT_IDX, PACKED, PACKED | EVENT_IDX })
	void chains_aroundTheMomentOfFallingAsleep_areAllSeen(long rings) throws Exception {
		long seed = System.nanoTime();
		System.out.println("seed " + seed);
		var random = new Random(seed);
		boot(rings, new Polling(20, 100));
		int rounds = 20_000;
		for (int i = 0; i < rounds; i++) {
			offer();
			awaitUsed();
			pause(random.nextInt(i % 8 == 0 ? 100_000 : 25_000));
		}
		System.out.println(rings + ": " + rounds + " chains, " + kicks + " kicks");
		assertEquals(rounds, console.taken);
	}

	/** The task of somebody who asks wakes the loop, whether it looks or sleeps. */
	@Test
	void task_whileTheLoopLooks_isRun() throws Exception {
		boot(EVENT_IDX, new Polling(1000, 100));
		for (int i = 0; i < 1000; i++) {
			offer();
			awaitUsed();
			assertTrue(server.bus().info().problem().isEmpty());
		}
	}

	@Test
	void echo_bothDirections_manyPorts_comesBack() throws Exception {
		long seed = System.nanoTime();
		System.out.println("seed " + seed);
		var random = new Random(seed);
		var bus = fixture.bus("vm2", DeviceSettings.of(8), new Polling(50, 50));
		for (int i = 1; i < 8; i++)
			BusFixture.plug(bus, "p" + i, i, false, new EchoPort());
		var driver = fixture.guest("vm2", FrontEndSettings.qemu(8), DriverSettings.linux());
		for (int i = 1; i < 8; i++)
			BusFixture.opened(driver, "p" + i);
		for (int i = 0; i < 2000; i++) {
			var port = driver.awaitPort("p" + (1 + random.nextInt(7)), PATIENCE);
			BusFixture.assertEcho(port, "x".repeat(1 + random.nextInt(3000)));
			if (i % 500 == 0) {
				driver.pause();
				driver.resume();
			}
		}
	}

	/** Figures for people: what it is good for. */
	@Test
	void roundTrip_withAndWithout_isPrinted() throws Exception {
		for (var polling : new Polling[] { Polling.OFF, new Polling(50, 100) }) {
			boot(EVENT_IDX, polling);
			System.out.println("poll_us=" + polling.micros() + ": driver spins " + median(this::awaitUsed)
					+ " ns, driver sleeps " + median(this::sleepUntilUsed) + " ns");
			close();
			open();
		}
		guest = null;
	}

	private long median(Runnable wait) {
		var times = new long[5000];
		for (int i = 0; i < 2 * times.length; i++) {
			long begin = System.nanoTime();
			offer();
			wait.run();
			times[i % times.length] = System.nanoTime() - begin;
		}
		Arrays.sort(times);
		return times[times.length / 2];
	}

	private void sleepUntilUsed() {
		try (var epoll = new Epoll(1)) {
			epoll.add(guest.call.descriptor(), Epoll.IN, 0);
			while (guest.ring.poll() == null) {
				epoll.await((int) PATIENCE.toMillis());
				guest.call.take();
			}
		} catch (IOException e) {
			throw new IllegalStateException(e);
		}
	}
}
