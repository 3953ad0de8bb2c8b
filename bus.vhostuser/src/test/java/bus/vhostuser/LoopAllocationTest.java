package bus.vhostuser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import com.sun.management.ThreadMXBean;

import bus.api.GuestPort;
import bus.api.HostPort;
import bus.core.console.DeviceSettings;
import bus.linux.Linux;
import bus.linux.LinuxException;
import bus.vhostuser.loop.Polling;
import guest.driver.FrontEndSettings;
import guest.driver.VirtioFeature;

/** What the loop's thread allocates for kicks, events, turns and calls, counted by the JVM: nothing. */
@Timeout(120)
class LoopAllocationTest {
	private static final int WARM_UP = 20_000;
	private static final int WARM_UPS = 200;
	private static final int BUFFERS = 1_000_000;
	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	@TempDir
	Path folder;

	private BusFixture fixture;
	private RawGuest guest;
	private final Arena arena = Arena.ofConfined();
	private final MemorySegment scratch = arena.allocate(64, 8);
	/** The far end of the port's descriptor, if it has one. */
	private int farEnd = -1;
	private long arrived;

	/** Takes everything, and knows whose thread calls. */
	private static final class Taker implements HostPort {
		volatile long thread;
		GuestPort guest;

		@Override
		public void plugged(GuestPort half) {
			guest = half;
			half.open();
		}

		@Override
		public int guestData(ByteBuffer data) {
			thread = Thread.currentThread().threadId();
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
		guest.close();
		if (farEnd >= 0)
			Linux.close(farEnd);
		arena.close();
	}

	/** Passes buffers, a few at a time so that the loop falls asleep in between; bytes that its thread allocated for each. */
	private double allocates(long thread, int buffers) {
		long before = THREADS.getThreadAllocatedBytes(thread);
		for (int passed = 0; passed < buffers;) {
			for (int i = 0; i < 8; i++, passed++)
				guest.offer("x");
			if (guest.ring.kickNeeded())
				guest.kick.ring();
			while (guest.ring.outstanding() > 0)
				if (guest.ring.poll() == null)
					Thread.onSpinWait();
			if (farEnd >= 0)
				arrived += Linux.read(farEnd, scratch.address(), scratch.byteSize());
		}
		return (double) (THREADS.getThreadAllocatedBytes(thread) - before) / buffers;
	}

	@ParameterizedTest
	@CsvSource({ "0,false", "0,true", "50,false", "50,true" })
	void buffers_kickedAndCalledFor_allocateNothing(int micros, boolean descriptor) throws Exception {
		var server = fixture.bus("vm1", DeviceSettings.of(3), new Polling(micros, 100));
		var port = BusFixture.plug(server, "con", 0, true, new Taker());
		var frontEnd = fixture.connect("vm1", FrontEndSettings.qemu(3));
		frontEnd.handshake();
		guest = new RawGuest(new Wire(frontEnd.channel()), VirtioFeature.VERSION_1 | VirtioFeature.EVENT_IDX);
		guest.start(0);
		guest.write("x");
		BusFixture.await(() -> port.thread != 0 && guest.ring.poll() != null);
		if (descriptor)
			attach(port);
		for (int i = 0; i < WARM_UPS && allocates(port.thread, WARM_UP) > 0; i++)
			Thread.yield();
		arrived = 0;
		double allocated = allocates(port.thread, BUFFERS);
		assertTrue(allocated < 0.01, allocated + " bytes for each buffer");
		assertEquals(descriptor ? BUFFERS : 0, arrived);
	}

	private void attach(Taker port) throws Exception {
		LinuxException.check(Linux.socketpair(Linux.AF_UNIX, Linux.SOCK_STREAM, scratch.address()), "socketpair");
		farEnd = scratch.get(ValueLayout.JAVA_INT, 4);
		port.guest.attach(scratch.get(ValueLayout.JAVA_INT, 0));
	}
}
