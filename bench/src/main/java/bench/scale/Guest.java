package bench.scale;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;

import guest.driver.ConsoleDriver;
import guest.driver.Crosvm;
import guest.driver.DriverSettings;
import guest.driver.GuestSidePort;

/** One simulated guest. A thread at a time, but for the driver's own. */
final class Guest {
	private static final Duration PATIENCE = Duration.ofMinutes(2);
	private static final byte[] LINE = "a line of 64 bytes as a kernel says them when nothing happens..\n"
			.getBytes(StandardCharsets.US_ASCII);
	/** What a busy guest sends at once and hears again. */
	private static final int PIECE = 4096;
	private static final int MOST_SAMPLES = 2000;
	/** Of the round trips of a busy guest one in so many is kept. */
	private static final int KEPT = 8;

	private final Fleet fleet;
	private final int number;
	private ConsoleDriver driver;
	private GuestSidePort last;

	Guest(Fleet fleet, int number) {
		this.fleet = fleet;
		this.number = number;
	}

	boolean isBusy() {
		return fleet.isBusy(number);
	}

	private static double now() {
		return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
	}

	/** Answers when all its ports were open, and the microseconds that it has waited longest for one answer. */
	double[] connect() throws IOException {
		var monitor = Crosvm.connect(fleet.socket(number));
		driver = new ConsoleDriver(monitor, DriverSettings.linux());
		monitor.handshake();
		driver.start();
		driver.awaitPort(0, PATIENCE);
		for (int port = 1; port < fleet.ports(); port++) {
			last = driver.awaitPort(Fleet.portName(port), PATIENCE);
			last.open();
		}
		return new double[] { now(), monitor.longestWait().toNanos() / 1e3 };
	}

	double[] disconnect() {
		driver.close();
		return new double[] { now() };
	}

	double[] awaitRemoved() throws IOException {
		if (!driver.awaitUntil(PATIENCE, last::isRemoved))
			throw new IOException("guest " + number + ": " + last + " is still there");
		return new double[] { now() };
	}

	double[] awaitAdded() throws IOException {
		last = driver.awaitPort(fleet.lastPort(), PATIENCE);
		double seen = now();
		last.open();
		return new double[] { seen };
	}

	/** Microseconds for a line on the console; the driver spins for it, as Linux does. */
	double line() throws IOException {
		var console = driver.awaitPort(0, PATIENCE);
		long began = System.nanoTime();
		console.writeFully(LINE, PATIENCE);
		return (System.nanoTime() - began) / 1e3;
	}

	/**
	 * Sends pieces to the client at port 1 and hears them again, from now until the end; what came after the beginning counts.
	 * Answers bytes, then microseconds of some.
	 */
	double[] echo(long begin, long end) throws IOException {
		var port = driver.awaitPort(Fleet.portName(1), PATIENCE);
		port.awaitHostConnected(true, PATIENCE);
		var piece = new byte[PIECE];
		var answer = new double[1 + MOST_SAMPLES];
		int samples = 0;
		for (int i = 0; System.nanoTime() < end; i++) {
			long began = System.nanoTime();
			port.writeFully(piece, PATIENCE);
			port.readNBytes(PIECE, PATIENCE);
			if (began < begin)
				continue;
			answer[0] += 2 * PIECE;
			if (i % KEPT == 0 && samples < MOST_SAMPLES)
				answer[1 + samples++] = (System.nanoTime() - began) / 1e3;
		}
		return Arrays.copyOf(answer, 1 + samples);
	}
}
