package port.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

import bus.api.HostPort;
import bus.api.PortRefusedException;
import guest.driver.GuestSidePort;

/** One test of one kind of port: the bus, the guest, the port that is plugged, its far end. The test's thread. */
final class PortTrial implements AutoCloseable {
	static final String NAME = "org.example.test";

	private static final long LOOK_AGAIN_NANOS = 100_000;
	/** What stands still so long has stalled. Being wrong makes a test weaker, never red. */
	private static final Duration STALL = Duration.ofMillis(300);
	private static final Duration SAY_AGAIN = Duration.ofMillis(500);
	/** Consoles lose what comes too fast, so they get a line at a time. */
	private static final int CONSOLE_WINDOW = 1024;
	private static final int GUEST_LIMIT = 64 << 10;
	private static final int TIMES = 40;
	/** Between two questions to the bus while nothing moves. */
	private static final int LOOKS = 1000;

	/** One of {@link #TIMES}. */
	@FunctionalInterface
	interface Attempt {
		void run(int number) throws Exception;
	}

	private final Callable<FarEnd> farEnds;
	private final Set<Trait> traits;
	private final Random random;
	/** How long nothing may move, and how long an unplugging thread may wait. */
	private final Duration patience;
	private final TestBus bus;
	private final List<Throwable> uncaught = new CopyOnWriteArrayList<>();
	private final Thread.UncaughtExceptionHandler formerHandler = Thread.getDefaultUncaughtExceptionHandler();
	private final ByteArrayOutputStream cameOut = new ByteArrayOutputStream();
	private ExaminedPort examined;
	private Diagnosis diagnosis;
	private GuestSidePort guest;
	private FarEnd far;

	PortTrial(Path folder, Callable<FarEnd> farEnds, Set<Trait> traits, Random random,
			Duration patience) throws IOException {
		this.farEnds = farEnds;
		this.traits = traits;
		this.random = random;
		this.patience = patience;
		bus = new TestBus(folder);
		Thread.setDefaultUncaughtExceptionHandler((thread, e) -> uncaught.add(e));
	}

	TestBus bus() {
		return bus;
	}

	ExaminedPort examined() {
		return examined;
	}

	GuestSidePort guest() {
		return guest;
	}

	void needs(Trait... needed) {
		for (var trait : needed)
			assumeTrue(traits.contains(trait), "not for a kind of port without " + trait);
	}

	private boolean has(Trait trait) {
		return traits.contains(trait);
	}

	// ---- plugging

	void plug(HostPort port) throws Exception {
		plugAlone(port);
		awaitGuest();
		if (!has(Trait.CONSOLE))
			guest.open();
		far = farEnds.call();
	}

	/** Without a guest that opens it and a far end. */
	void plugAlone(HostPort port) throws PortRefusedException {
		examined = new ExaminedPort(port);
		diagnosis = new Diagnosis(bus, NAME, examined);
		bus.plug(NAME, has(Trait.CONSOLE), examined);
	}

	/** Waits until the guest has heard of the port. */
	void awaitGuest() throws IOException {
		guest = bus.guest(NAME);
	}

	void unplug() throws Exception {
		var port = examined;
		var unplugging = Thread.ofPlatform().daemon().name("unplugging").start(() -> bus.bus().unplug(port));
		if (!unplugging.join(patience))
			fail("unplugged has not returned in " + patience.toSeconds() + " s; it may wait briefly, and is at "
					+ Arrays.stream(unplugging.getStackTrace()).limit(4).toList());
		examined = null;
		diagnosis = null;
		if (far != null)
			far.close();
		far = null;
	}

	void assertRefused(HostPort port) {
		examined = new ExaminedPort(port);
		var refusal = assertThrows(PortRefusedException.class, () -> bus.plug(NAME, has(Trait.CONSOLE), examined),
				"plugged has taken a wrong configuration; it must throw an exception that names it");
		examined = null;
		String message = refusal.getMessage();
		assertTrue(message.contains("=") && !message.contains("\n") && refusal.getCause() instanceof Exception,
				"plugged has refused a wrong configuration with <" + refusal.getCause()
						+ ">; it must be an exception with one line that names the option as key=value and says what is allowed");
	}

	void assertNothingLeft(String what, Attempt attempt) throws Exception {
		for (int i = 0; i < 3; i++)
			attempt.run(i); // what is loaded and opened once and for all is there then
		var before = Leftovers.now();
		for (int i = 0; i < TIMES; i++)
			attempt.run(i);
		long deadline = System.nanoTime() + patience.toNanos();
		String left = Leftovers.now().since(before, TIMES / 2);
		while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
			LockSupport.parkNanos(LOOK_AGAIN_NANOS);
			left = Leftovers.now().since(before, TIMES / 2);
		}
		assertEquals("", left, what + " " + TIMES + " times; whatever plugged has opened is to be closed by unplugged, or"
				+ " by plugged itself when it throws");
	}

	// ---- bytes

	/** Moves all of both, and sees them arrive. */
	void move(byte[] fromGuest, byte[] toGuest) throws Exception {
		finish(lanes(fromGuest, toGuest));
		assertHealthy();
	}

	private List<Lane> lanes(byte[] fromGuest, byte[] toGuest) {
		int window = has(Trait.CONSOLE) ? CONSOLE_WINDOW : Integer.MAX_VALUE;
		return List.of(Lane.fromGuest(guest, far, fromGuest, random, window),
				Lane.toGuest(guest, far, toGuest, random, window));
	}

	private void finish(List<Lane> lanes) throws Exception {
		long moved = System.nanoTime();
		for (int idle = 0; !lanes.stream().allMatch(Lane::done); idle++) {
			boolean any = false;
			for (var lane : lanes)
				if (!lane.done())
					any |= lane.push() | lane.pull();
			if (any) {
				moved = System.nanoTime();
				idle = 0;
				continue;
			}
			if (idle % LOOKS == LOOKS - 1)
				assertHealthy();
			if (System.nanoTime() - moved > patience.toNanos())
				fail(lanes + ", then nothing for " + patience.toSeconds() + " s: "
						+ diagnosis.standstill(!lanes.getFirst().done(), !lanes.getLast().done()));
			LockSupport.parkNanos(LOOK_AGAIN_NANOS);
		}
	}

	/** The far end begins to read when the guest cannot write any more. */
	void moveAfterStall(byte[] fromGuest) throws Exception {
		var lanes = lanes(fromGuest, new byte[0]);
		stall(lanes.getFirst(), fromGuest.length, "guestData: take less than offered when a buffer of a fixed size is full");
		finish(lanes);
		assertHealthy();
	}

	/** The guest begins to read when the far end cannot write any more. */
	void moveAfterGuestSlept(byte[] toGuest) throws Exception {
		guest.limit(GUEST_LIMIT);
		var lanes = lanes(new byte[0], toGuest);
		stall(lanes.getLast(), toGuest.length, "what the guest has no room for: leave it where it comes from, read on when"
				+ " hostData has made room");
		finish(lanes);
		assertHealthy();
	}

	private void stall(Lane lane, int most, String advice) throws Exception {
		long moved = System.nanoTime();
		while (System.nanoTime() - moved < STALL.toNanos())
			if (lane.push())
				moved = System.nanoTime();
			else
				LockSupport.parkNanos(LOOK_AGAIN_NANOS);
		assertTrue(lane.sent() < most || has(Trait.CONSOLE),
				"nobody reads, and the port has taken all of " + most + " bytes; bound " + advice);
	}

	/** The far end does not read. */
	void writeUnread(byte[] bytes) throws IOException {
		try {
			guest.writeFully(bytes, patience);
			assertTrue(guest.awaitTaken(patience), "its buffers do not come back");
		} catch (IOException e) {
			fail("the console keeps the guest waiting: " + diagnosis.standstill(true, false) + " (" + e.getMessage() + ")");
		}
	}

	/** Sends much both ways and stops somewhere, with bytes under way everywhere. */
	void midst(byte[] fromGuest, byte[] toGuest) throws Exception {
		int least = 1 + random.nextInt(fromGuest.length / 2);
		long moved = System.nanoTime();
		int out = 0;
		int in = 0;
		while (out < least && System.nanoTime() - moved < STALL.toNanos()) {
			int piece = Math.min(1 + random.nextInt(4096), fromGuest.length - out);
			int written = Math.max(0, guest.writeNow(fromGuest, out, piece));
			out += written;
			if (has(Trait.TO_GUEST) && in < toGuest.length)
				in += Math.max(0, far.write(ByteBuffer.wrap(toGuest, in, Math.min(piece, toGuest.length - in))));
			if (has(Trait.FROM_GUEST) && random.nextInt(3) > 0)
				collect();
			if (written > 0)
				moved = System.nanoTime();
			else
				LockSupport.parkNanos(LOOK_AGAIN_NANOS);
		}
	}

	private void collect() throws IOException {
		var piece = ByteBuffer.allocate(GuestSidePort.MAX_WRITE);
		if (far.read(piece) > 0)
			cameOut.write(piece.array(), 0, piece.position());
	}

	/**
	 * Sees bytes arrive after others may have been lost: said again until they come, because what is said to a far end that
	 * has just left is lost with it.
	 */
	void restart(byte[] fromGuest, byte[] toGuest) throws Exception {
		if (has(Trait.FROM_GUEST)) {
			var seen = cameOut;
			await("from the guest", fromGuest, seen, () -> {
				var piece = ByteBuffer.allocate(GuestSidePort.MAX_WRITE);
				int count = Math.max(0, far.read(piece));
				seen.write(piece.array(), 0, count);
				return count;
			}, offset -> guest.writeNow(fromGuest, offset, fromGuest.length - offset));
		}
		if (has(Trait.TO_GUEST)) {
			var seen = new ByteArrayOutputStream();
			await("to the guest", toGuest, seen, () -> {
				var piece = new byte[GuestSidePort.MAX_WRITE];
				int count = Math.max(0, guest.readNow(piece, 0, piece.length));
				seen.write(piece, 0, count);
				return count;
			}, offset -> far.write(ByteBuffer.wrap(toGuest, offset, toGuest.length - offset)));
		}
	}

	/** Writes bytes from a place on, as many as are taken. */
	private interface Writer {
		int write(int offset) throws IOException;
	}

	private void await(String way, byte[] marker, ByteArrayOutputStream seen, Callable<Integer> reader, Writer writer)
			throws Exception {
		long deadline = System.nanoTime() + patience.toNanos();
		long said = System.nanoTime();
		int written = 0;
		boolean come = contains(seen.toByteArray(), marker);
		while (!come) {
			if (written == marker.length && System.nanoTime() - said > SAY_AGAIN.toNanos())
				written = 0;
			if (written < marker.length) {
				written += Math.max(0, writer.write(written));
				said = System.nanoTime();
			}
			if (reader.call() > 0)
				come = contains(seen.toByteArray(), marker);
			else
				LockSupport.parkNanos(LOOK_AGAIN_NANOS);
			if (System.nanoTime() - deadline > 0)
				fail(way + " nothing comes any more, though it is said again and again: "
						+ diagnosis.standstill(way.startsWith("from"), way.startsWith("to")));
		}
	}

	private static boolean contains(byte[] bytes, byte[] part) {
		for (int at = bytes.length - part.length; at >= 0; at--)
			if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length))
				return true;
		return false;
	}

	/** A descriptor's port is not called with bytes, and a console may lose some: of those nothing is asked. */
	void assertTakenCameOut() throws Exception {
		if (examined.taken().length == 0 || has(Trait.CONSOLE))
			return;
		long deadline = System.nanoTime() + patience.toNanos();
		while (cameOut.size() < examined.taken().length && System.nanoTime() - deadline < 0)
			collect();
		byte[] taken = examined.taken();
		byte[] out = cameOut.toByteArray();
		int at = Arrays.mismatch(taken, out);
		assertTrue(at < 0, () -> "the host side was closed while guestData ran; guestData has taken " + taken.length
				+ " bytes in all, " + out.length + " came out, the first that differs is byte " + at
				+ ": what it has answered as taken must come out, and nothing else");
		assertHealthy();
	}

	// ---- comings and goings

	void reopenGuest() throws IOException {
		if (has(Trait.CONSOLE))
			return; // a console is always open
		guest.close();
		guest.open();
	}

	void reloadDriver() throws Exception {
		bus.driver().reload();
		awaitGuest();
		if (!has(Trait.CONSOLE))
			guest.open();
	}

	void changeFarEnd() throws Exception {
		far.close();
		cameOut.reset();
		far = farEnds.call();
	}

	// ---- judgement

	void assertHealthy() {
		String fault = examined == null ? "" : diagnosis.fault();
		if (!fault.isEmpty())
			fail(fault);
		assertTrue(uncaught.isEmpty(), () -> "a thread of the port's has died of " + uncaught.getFirst()
				+ "; catch it there, or bytes stay where they are");
	}

	/** A port that waits for ever may be woken by an interrupt; if not, its bus stays behind, whose loop is a daemon. */
	private boolean isLost() {
		long deadline = System.nanoTime() + STALL.toNanos();
		while (diagnosis != null && !diagnosis.stuck().isEmpty() && System.nanoTime() - deadline < 0) {
			var running = examined.running();
			if (running != null)
				running.loop().interrupt();
			LockSupport.parkNanos(LOOK_AGAIN_NANOS);
		}
		return diagnosis != null && !diagnosis.stuck().isEmpty();
	}

	@Override
	public void close() throws IOException {
		Thread.setDefaultUncaughtExceptionHandler(formerHandler);
		if (far != null)
			far.close();
		if (!isLost())
			bus.close();
		assertTrue(uncaught.isEmpty(), () -> "a thread of the port's has died of " + uncaught.getFirst());
	}
}
