package bus.itest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;

import guest.driver.GuestSidePort;

/** A program in the guest that writes lines with numbers into a file of the host without a pause. */
final class FileTraffic implements AutoCloseable {
	private final Path file;
	private final GuestSidePort port;
	private final Background<Integer> writing;
	private volatile int lines;
	private volatile boolean ended;

	/** Begins; the guest has the port open. */
	FileTraffic(Path file, GuestSidePort port) {
		this.file = file;
		this.port = port;
		writing = Background.start(this::write);
	}

	private int write() throws Exception {
		while (!ended) {
			port.writeFully(("line " + lines + "\n").getBytes(US_ASCII), Await.PATIENCE);
			port.awaitTaken(Await.PATIENCE);
			lines = lines + 1;
		}
		return lines;
	}

	/** Waits until more was taken, begun after this call. */
	void awaitMore() {
		int wanted = lines + 2;
		Await.until("traffic on " + port, () -> lines >= wanted || writing.isDone() && writing.join() > 0);
	}

	/** Ends it; fails the test if it had failed, or if not each line is in the file once, in order. */
	@Override
	public void close() throws IOException {
		ended = true;
		int written = writing.join();
		Await.until(written + " lines", () -> Files.readAllLines(file).size() >= written);
		assertEquals(IntStream.range(0, written).mapToObj(i -> "line " + i).toList(), Files.readAllLines(file));
	}
}
