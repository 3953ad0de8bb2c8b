package bench.latency;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

import guest.driver.ConsoleDriver;
import guest.driver.ControlMessage;
import guest.driver.GuestSidePort;

/** A guest that waits as Linux does for its console and for control messages: it spins until the device has taken them. */
final class Spinner implements AutoCloseable {
	/** The port that is beside the console, of a file. */
	static final String SINK = "org.example.sink";

	private static final int PORTS = 3;
	private static final Duration PATIENCE = Duration.ofSeconds(20);
	private static final double NANOS = 1e3;

	private final ConsoleDriver driver;
	private final GuestSidePort console;
	private final GuestSidePort sink;

	Spinner(Path socket) throws IOException {
		driver = ConsoleDriver.connect(socket, PORTS);
		console = driver.awaitPort(0, PATIENCE);
		sink = driver.awaitPort(SINK, PATIENCE);
		if (!console.awaitHostConnected(true, PATIENCE) || !sink.awaitHostConnected(true, PATIENCE))
			throw new IOException("the ports at " + socket + " are not open");
	}

	GuestSidePort sink() {
		return sink;
	}

	/** Microseconds that each byte of output took. */
	double[] console(int count) throws IOException {
		var waits = new double[count];
		var one = new byte[] {'x'};
		for (int i = 0; i < count; i++) {
			long began = System.nanoTime();
			console.write(one, 0, 1, PATIENCE);
			waits[i] = (System.nanoTime() - began) / NANOS;
		}
		return waits;
	}

	/** Microseconds that each control message took: the console is opened, which it is. */
	double[] control(int count) throws IOException {
		var waits = new double[count];
		var open = new ControlMessage(console.id(), ControlMessage.PORT_OPEN, 1);
		for (int i = 0; i < count; i++) {
			long began = System.nanoTime();
			driver.sendControl(open);
			waits[i] = (System.nanoTime() - began) / NANOS;
		}
		return waits;
	}

	/**
	 * What a guest meets that is the first one; all in microseconds.
	 *
	 * @param ports from the connection until its driver knows the ports and the host has opened them
	 * @param byteOne its first byte of output
	 * @param longest of its first bytes
	 * @param control its next control message
	 */
	record First(double ports, double byteOne, double longest, double control) {
	}

	static First first(Path socket, int bytes) throws IOException {
		long began = System.nanoTime();
		try (var guest = new Spinner(socket)) {
			double ports = (System.nanoTime() - began) / NANOS;
			double control = guest.control(1)[0];
			var waits = guest.console(bytes);
			return new First(ports, waits[0], Arrays.stream(waits).max().orElseThrow(), control);
		}
	}

	@Override
	public void close() {
		driver.close();
	}
}
