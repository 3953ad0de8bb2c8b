package bus.vhostuser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import bus.api.BusInfo;
import bus.api.GuestPort;
import bus.api.HostPort;
import bus.linux.Linux;
import bus.linux.MessageSocket;
import guest.driver.FrontEnd;
import guest.driver.FrontEndSettings;
import guest.driver.Request;

/** A guest of one queue whose every message the test chooses: other front-ends' ways, memory that goes away, consoles. */
@Timeout(60)
class RawGuestTest {
	@TempDir
	Path folder;

	private BusFixture fixture;
	private BusServer server;
	private RawGuest guest;
	private FrontEnd frontEnd;
	private final Taker console = new Taker();

	/** Notes what it is told, and takes as much as it may. */
	private static final class Taker implements HostPort {
		final List<String> calls = new CopyOnWriteArrayList<>();
		volatile String taken = "";
		volatile int descriptor = -1;
		GuestPort guest;

		@Override
		public void plugged(GuestPort half) {
			guest = half;
			half.open();
		}

		@Override
		public int guestData(ByteBuffer data) {
			if (descriptor >= 0) {
				guest.attach(descriptor);
				return 0;
			}
			taken += StandardCharsets.ISO_8859_1.decode(data);
			return data.limit();
		}

		@Override
		public int hostData(ByteBuffer room) {
			return 0;
		}

		@Override
		public void running(boolean running) {
			calls.add("running " + running);
		}

		@Override
		public void guestClosed() {
			calls.add("closed");
		}
	}

	@BeforeEach
	void connect() throws Exception {
		fixture = new BusFixture(folder);
		server = fixture.bus("vm1", 3);
		BusFixture.plug(server, "con", 0, true, console);
		frontEnd = fixture.connect("vm1", FrontEndSettings.qemu(3));
		frontEnd.handshake();
		guest = new RawGuest(new Wire(frontEnd.channel()));
	}

	@AfterEach
	void close() throws Exception {
		fixture.close();
		assertEquals(1, Wire.openDescriptors("raw"));
		guest.close();
	}

	private static void await(BooleanSupplier condition) {
		long deadline = System.nanoTime() + BusFixture.PATIENCE.toNanos();
		while (!condition.getAsBoolean()) {
			assertTrue(System.nanoTime() < deadline, "waited too long");
			Thread.onSpinWait();
		}
	}

	private void assertWorks() {
		guest.write("works");
		await(() -> console.taken.endsWith("works"));
		await(() -> guest.call.take() > 0);
		assertEquals(0, guest.ring.poll().length());
	}

	@Test
	void kickBeforeCallAndEnable_works() throws Exception {
		guest.offer("early ");
		guest.start(0);
		await(() -> console.taken.equals("early "));
		await(() -> guest.ring.poll() != null);
		assertWorks();
	}

	/** No SET_VRING_ENABLE exists then, and the rings are named only after SET_FEATURES. */
	@Test
	void withoutProtocolFeatures_ringsAreEnabledFromTheBeginning() throws Exception {
		guest.wire.assertDone(Request.SET_FEATURES, Wire.u64s(RawGuest.VERSION_1));
		guest.wire.assertDone(Request.SET_OWNER, new byte[0]); // begins anew on this connection: no ring is known
		guest.wire.send(Request.SET_FEATURES.id(), 1, Wire.u64s(RawGuest.VERSION_1));
		guest.wire.send(Request.SET_PROTOCOL_FEATURES.id(), 1, Wire.u64s(8)); // only for the acknowledgements of the test
		guest.wire.send(Request.SET_FEATURES.id(), 1, Wire.u64s(RawGuest.VERSION_1));
		guest.wire.assertDone(Request.ADD_MEM_REG, Wire.u64s(0, RawGuest.FAR, 16 * RawGuest.PAGE, RawGuest.FAR, 0),
				guest.file);
		guest.setRing(0);
		assertWorks();
	}

	/** Owner, features, memory and lines stay; rings and driver do not. */
	@Test
	void deviceReset_stopsAllRings_andTheNextDriverNeedsThemAlone() throws Exception {
		guest.start(0);
		assertWorks();
		console.calls.clear();
		guest.wire.assertDone(Request.RESET_DEVICE, new byte[0]);
		guest.write("unheard");
		guest.wire.assertInStep();
		await(() -> console.calls.equals(List.of("running false", "closed"))); // ports hear it at the bus's next turn
		assertEquals(null, guest.ring.poll());
		guest.wire.assertDone(Request.SET_VRING_BASE, Wire.u32s(1, 1)); // which a ring that runs refuses
		guest.wire.assertDone(Request.SET_VRING_ENABLE, Wire.u32s(1, 1));
		guest.wire.assertDone(Request.SET_VRING_KICK, Wire.u64s(1), guest.kick.descriptor());
		guest.wire.assertInStep();
		guest.wire.assertInStep();
		assertEquals(null, guest.ring.poll(), "nobody has said where the next driver's ring is");
		guest.wire.ask(Request.GET_VRING_BASE, Wire.u32s(1, 0));
		guest.setRing(1);
		await(() -> guest.ring.poll() != null);
		assertTrue(console.taken.endsWith("unheard"));
		assertWorks();
	}

	@Test
	void memoryHotPlug_isNothingToThePorts_andTheHalfConsumedBufferGoesOn() throws Exception {
		guest.start(0);
		guest.write("first");
		await(() -> guest.ring.poll() != null);
		console.calls.clear();
		int more = Wire.probe("more", RawGuest.PAGE);
		guest.wire.assertDone(Request.ADD_MEM_REG, Wire.u64s(0, 1L << 41, RawGuest.PAGE, 1L << 41, 0), more);
		guest.wire.assertDone(Request.REM_MEM_REG, Wire.u64s(0, 1L << 41, RawGuest.PAGE, 1L << 41, 0));
		Linux.close(more);
		assertWorks();
		assertEquals(List.of(), console.calls);
	}

	@Test
	void memoryOfARunningRing_takenAndGivenBack_goesOn() throws Exception {
		guest.start(0);
		assertWorks();
		guest.wire.assertDone(Request.REM_MEM_REG, Wire.u64s(0, RawGuest.FAR, 16 * RawGuest.PAGE, RawGuest.FAR, 0));
		guest.write("meanwhile");
		guest.wire.assertDone(Request.ADD_MEM_REG, Wire.u64s(0, RawGuest.FAR, 16 * RawGuest.PAGE, RawGuest.FAR, 0), guest.file);
		await(() -> console.taken.endsWith("meanwhile"));
		await(() -> guest.ring.poll() != null);
		assertWorks();
	}

	/** QEMU 11.1 dies of a CONFIG_CHANGE outside of its window. */
	@Test
	void configChange_isSentOnlyWhileAllRingsAreEnabled() throws Exception {
		guest.start(0);
		assertTold(false, 10);
		for (int ring = 0; ring < 8; ring++)
			guest.wire.assertDone(Request.SET_VRING_ENABLE, Wire.u32s(ring, 1));
		assertTold(true, 20);
		guest.wire.assertDone(Request.SET_VRING_ENABLE, Wire.u32s(0, 0));
		assertTold(false, 30);
	}

	private void assertTold(boolean told, int columns) throws Exception {
		console.guest.resize(columns, 25);
		server.bus().info(); // the loop has done it
		var message = frontEnd.backEndMessage(Duration.ZERO);
		assertEquals(told, message != null);
		if (told)
			assertEquals(2, message.request());
	}

	// ---- a file that shrinks

	private void assertBrokenAlone() throws Exception {
		await(() -> guest.err.take() > 0);
		assertEquals(BusInfo.State.BROKEN, server.bus().info().state());
		BusFixture.plug(fixture.bus("vm2", 3), "org.example.echo", 1, false, new EchoPort());
		var other = fixture.guest("vm2", 3).awaitPort("org.example.echo", BusFixture.PATIENCE);
		other.open();
		other.writeFully(new byte[] { 1, 2 }, BusFixture.PATIENCE);
		assertArrayEquals(new byte[] { 1, 2 }, other.readNBytes(2, BusFixture.PATIENCE));
	}

	private void restartWith(long size) throws Exception {
		guest.wire.ask(Request.GET_VRING_BASE, Wire.u32s(1, 0));
		guest.truncate(size);
		guest.setRing(guest.lastUsed());
	}

	@Test
	void bufferTruncated_breaksTheQueueAlone_andARestartMendsIt() throws Exception {
		guest.start(0);
		assertWorks();
		guest.offer("gone");
		guest.truncate(RawGuest.BUFFERS);
		guest.kick.ring();
		assertBrokenAlone();
		restartWith(16 * RawGuest.PAGE);
		await(() -> guest.ring.poll() != null);
		assertWorks();
	}

	@Test
	void bufferTruncated_underADescriptor_breaksTheQueueAlone() throws Exception {
		var pair = MessageSocket.pair();
		console.guest.attach((int) Linux.fcntl(pair[0].descriptor(), 1030, 0)); // F_DUPFD_CLOEXEC: the bus's own
		guest.start(0);
		guest.offer("gone");
		guest.truncate(RawGuest.BUFFERS);
		guest.kick.ring();
		assertBrokenAlone();
		pair[0].close();
		pair[1].close();
	}

	@Test
	void ringTruncated_breaksTheQueueAlone_andItDoesNotStartUntilItIsThere() throws Exception {
		guest.start(0);
		assertWorks();
		guest.truncate(0);
		guest.kick.ring();
		assertBrokenAlone();
		restartWith(0);
		guest.wire.assertInStep();
		restartWith(16 * RawGuest.PAGE);
		guest.wire.assertInStep();
	}

	// ---- consoles and descriptors

	/** A console is never throttled, not even by a descriptor that takes no more: the guest's kernel would spin. */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void s63_s42_consoleOnAFullDescriptor_losesAndCounts(boolean attachedInItsCall) throws Exception {
		var pair = MessageSocket.pair();
		int descriptor = (int) Linux.fcntl(pair[0].descriptor(), 1030, 0);
		if (attachedInItsCall)
			console.descriptor = descriptor;
		else
			console.guest.attach(descriptor);
		guest.start(0);
		String text = "x".repeat(RawGuest.PAGE);
		for (int i = 0; i < 1000; i++) {
			guest.write(text);
			await(() -> guest.ring.poll() != null);
		}
		var traffic = server.bus().ports().getFirst().traffic();
		assertTrue(traffic.lost() > 0, "the socket took everything");
		assertEquals(1000L * RawGuest.PAGE, traffic.lost() + traffic.fromGuest());
		pair[0].close();
		pair[1].close();
	}
}
