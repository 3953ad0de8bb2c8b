package port.testkit;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import guest.driver.GuestSidePort;
import port.testkit.PortTrial.Attempt;

/** The bytes of one test, by way of the port on trial. The test's thread is the guest's program and the far end. */
final class Traffic {
	private static final long LOOK_AGAIN_NANOS = 100_000;
	/** What stands still so long has stalled. Being wrong makes a test weaker, never red. */
	private static final Duration STALL = Duration.ofMillis(300);
	private static final Duration SAY_AGAIN = Duration.ofMillis(500);
	/** Consoles lose what comes too fast, so they get a line at a time. */
	private static final int CONSOLE_WINDOW = 1024;
	private static final int GUEST_LIMIT = 64 << 10;
	/** Between two questions to the bus while nothing moves. */
	private static final int LOOKS = 1000;

	private final PortTrial trial;
	private final Random random;
	private final ByteArrayOutputStream cameOut = new ByteArrayOutputStream();

	Traffic(PortTrial trial, Random random) {
		this.trial = trial;
		this.random = random;
	}

	/** Moves all of both, and sees them arrive. */
	void move(byte[] fromGuest, byte[] toGuest) throws Exception {
		finish(lanes(fromGuest, toGuest));
		trial.assertHealthy();
	}

	private List<Lane> lanes(byte[] fromGuest, byte[] toGuest) {
		int window = trial.has(Trait.CONSOLE) ? CONSOLE_WINDOW : Integer.MAX_VALUE;
		return List.of(Lane.fromGuest(trial.guest(), trial.far(), fromGuest, random, window),
				Lane.toGuest(trial.guest(), trial.far(), toGuest, random, window));
	}

	/** As {@link #move}, on lanes that stay while things happen to the port. */
	void moveWhile(byte[] fromGuest, byte[] toGuest, int times, Attempt happening) throws Exception {
		var lanes = lanes(fromGuest, toGuest);
		int most = Math.max(fromGuest.length, toGuest.length);
		for (int i = 1; i <= times; i++) {
			int part = (int) ((long) most * i / (times + 1));
			run(lanes, () -> lanes.stream().anyMatch(lane -> lane.sent() >= part));
			happening.run(i);
		}
		finish(lanes);
		trial.assertHealthy();
	}

	private void finish(List<Lane> lanes) throws Exception {
		run(lanes, () -> lanes.stream().allMatch(Lane::done));
	}

	private void run(List<Lane> lanes, BooleanSupplier until) throws Exception {
		long moved = System.nanoTime();
		for (int idle = 0; !until.getAsBoolean(); idle++) {
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
				trial.assertHealthy();
			if (System.nanoTime() - moved > trial.patience().toNanos())
				fail(lanes + ", then nothing for " + trial.patience().toSeconds() + " s: "
						+ trial.diagnosis().standstill(!lanes.getFirst().done(), !lanes.getLast().done()));
			LockSupport.parkNanos(LOOK_AGAIN_NANOS);
		}
	}

	/** The far end begins to read when the guest cannot write any more. */
	void moveAfterStall(byte[] fromGuest) throws Exception {
		var lanes = lanes(fromGuest, new byte[0]);
		stall(lanes.getFirst(), fromGuest.length,
				"guestData: take less than offered when a buffer of a fixed size is full");
		finish(lanes);
		trial.assertHealthy();
	}

	/** The guest begins to read when the far end cannot write any more. */
	void moveAfterGuestSlept(byte[] toGuest) throws Exception {
		trial.guest().limit(GUEST_LIMIT);
		var lanes = lanes(new byte[0], toGuest);
		stall(lanes.getLast(), toGuest.length,
				"what the guest has no room for: leave it where it comes from, read on when hostData has made room");
		finish(lanes);
		trial.assertHealthy();
	}

	private void stall(Lane lane, int most, String advice) throws Exception {
		long moved = System.nanoTime();
		while (System.nanoTime() - moved < STALL.toNanos())
			if (lane.push())
				moved = System.nanoTime();
			else
				LockSupport.parkNanos(LOOK_AGAIN_NANOS);
		assertTrue(lane.sent() < most || trial.has(Trait.CONSOLE),
				"nobody reads, and the port has taken all of " + most + " bytes; bound " + advice);
	}

	/** The far end does not read. */
	void writeUnread(byte[] bytes) throws IOException {
		try {
			trial.guest().writeFully(bytes, trial.patience());
			assertTrue(trial.guest().awaitTaken(trial.patience()), "its buffers do not come back");
		} catch (IOException e) {
			fail("the console keeps the guest waiting: " + trial.diagnosis().standstill(true, false) + " ("
					+ e.getMessage() + ")");
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
			int written = Math.max(0, trial.guest().writeNow(fromGuest, out, piece));
			out += written;
			if (trial.has(Trait.TO_GUEST) && in < toGuest.length)
				in += Math.max(0,
						trial.far().write(ByteBuffer.wrap(toGuest, in, Math.min(piece, toGuest.length - in))));
			if (trial.has(Trait.FROM_GUEST) && random.nextInt(3) > 0)
				collect();
			if (written > 0)
				moved = System.nanoTime();
			else
				LockSupport.parkNanos(LOOK_AGAIN_NANOS);
		}
	}

	private void collect() throws IOException {
		var piece = ByteBuffer.allocate(GuestSidePort.MAX_WRITE);
		if (trial.far().read(piece) > 0)
			cameOut.write(piece.array(), 0, piece.position());
	}

	/**
	 * Sees bytes arrive after others may have been lost: said again until they come, because what is said to a far end
	 * that has just left is lost with it.
	 */
	void restart(byte[] fromGuest, byte[] toGuest) throws Exception {
		if (trial.has(Trait.FROM_GUEST)) {
			var seen = cameOut;
			await("from the guest", fromGuest, seen, () -> {
				var piece = ByteBuffer.allocate(GuestSidePort.MAX_WRITE);
				int count = Math.max(0, trial.far().read(piece));
				seen.write(piece.array(), 0, count);
				return count;
			}, offset -> trial.guest().writeNow(fromGuest, offset, fromGuest.length - offset));
		}
		if (trial.has(Trait.TO_GUEST)) {
			var seen = new ByteArrayOutputStream();
			await("to the guest", toGuest, seen, () -> {
				var piece = new byte[GuestSidePort.MAX_WRITE];
				int count = Math.max(0, trial.guest().readNow(piece, 0, piece.length));
				seen.write(piece, 0, count);
				return count;
			}, offset -> trial.far().write(ByteBuffer.wrap(toGuest, offset, toGuest.length - offset)));
		}
	}

	/** Writes bytes from a place on, as many as are taken. */
	private interface Writer {
		int write(int offset) throws IOException;
	}

	private void await(String way, byte[] marker, ByteArrayOutputStream seen, Callable<Integer> reader, Writer writer)
			throws Exception {
		long deadline = System.nanoTime() + trial.patience().toNanos();
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
						+ trial.diagnosis().standstill(way.startsWith("from"), way.startsWith("to")));
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
		if (trial.examined().taken().length == 0 || trial.has(Trait.CONSOLE) || !trial.has(Trait.FROM_GUEST))
			return; // a console may lose them, and a kind that speaks itself has nowhere for them to come out
		long deadline = System.nanoTime() + trial.patience().toNanos();
		// what is taken may come out before the loop has noted that it was
		while (cameOut.size() != trial.examined().taken().length && System.nanoTime() - deadline < 0)
			collect();
		byte[] taken = trial.examined().taken();
		byte[] out = cameOut.toByteArray();
		int at = Arrays.mismatch(taken, out);
		assertTrue(at < 0, () -> "the host side was closed while guestData ran; guestData has taken " + taken.length
				+ " bytes in all, " + out.length + " came out, the first that differs is byte " + at
				+ ": what it has answered as taken must come out, and nothing else");
		trial.assertHealthy();
	}
}
