package bus.core.console;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

import com.sun.management.ThreadMXBean;

import bus.api.GuestPort;
import bus.api.HostPort;
import bus.core.virtio.Feature;
import bus.core.virtio.RingKind;
import bus.linux.Linux;
import guest.driver.DriverRing;

/** A buffer that passes costs no garbage. The JVM counts what this thread allocates while the device has it. */
@ParameterizedClass
@MethodSource("kinds")
class AllocationTest {
	private static final int WARM_UP = 50_000;
	private static final int WARM_UPS = 200;
	private static final int BUFFERS = 1_000_000;
	private static final int BYTES = 64;
	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private final DeviceRig rig;
	private final Endless port = new Endless();

	/** IN_ORDER makes no other objects. */
	static Stream<RingKind> kinds() {
		return RingKind.all().filter(kind -> !kind.has(Feature.IN_ORDER));
	}

	AllocationTest(RingKind kind) {
		rig = new DeviceRig(kind, 3);
	}

	/** Takes everything and always has something. */
	private static final class Endless implements HostPort {
		GuestPort guest;

		@Override
		public void plugged(GuestPort half) {
			guest = half;
			half.open();
		}

		@Override
		public int guestData(ByteBuffer data) {
			return data.remaining();
		}

		@Override
		public int hostData(ByteBuffer room) {
			return room.remaining();
		}
	}

	@BeforeEach
	void boot() throws Exception {
		rig.plug("a", 1, false, port);
		rig.bootGuest();
		rig.countsCalls = false;
	}

	@AfterEach
	void close() {
		rig.close();
	}

	/** Bytes that the device allocates for each buffer of chains of two. */
	private double allocates(int queue, List<MemorySegment> readable, List<MemorySegment> writable, int buffers) {
		var ring = rig.rings.get(queue);
		long allocated = 0;
		for (int moved = 0; moved < buffers;) {
			while (ring.add(readable, writable) != DriverRing.FULL)
				moved += 2;
			long before = THREADS.getCurrentThreadAllocatedBytes();
			rig.kick(queue);
			allocated += THREADS.getCurrentThreadAllocatedBytes() - before;
			assertTrue(rig.drain(queue) > 0, "it stands still");
		}
		return (double) allocated / buffers;
	}

	private List<MemorySegment> buffers() {
		return List.of(rig.ram.allocate(BYTES, 1), rig.ram.allocate(BYTES, 1));
	}

	/** Until the compiler, in its own time, has seen that objects which do not leave a method need not be made. */
	private double warmedUp(int queue, List<MemorySegment> readable, List<MemorySegment> writable) {
		for (int i = 0; i < WARM_UPS && allocates(queue, readable, writable, WARM_UP) > 0; i++)
			Thread.yield();
		return allocates(queue, readable, writable, BUFFERS);
	}

	private void assertNothingAllocated() {
		var buffers = buffers();
		double out = warmedUp(DeviceRig.OUT, buffers, List.of());
		port.guest.readable();
		double in = warmedUp(DeviceRig.IN, List.of(), buffers);
		assertTrue(out < 0.01 && in < 0.01, out + " bytes for each buffer to the host, " + in + " for one to the guest");
	}

	@Test
	void buffers_ofAPortThatIsCalled_allocateNothing() {
		assertNothingAllocated();
	}

	@Test
	void buffers_ofAPortThatIsADescriptor_allocateNothing() throws Exception {
		port.guest.attach((int) Linux.open("/dev/zero", Linux.O_RDWR, 0));
		rig.run();
		assertNothingAllocated();
	}
}
