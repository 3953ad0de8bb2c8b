package guest.driver;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.IntConsumer;

/**
 * Reads a port byte by byte and writes to it without waiting. While output is stuck nothing is read: no queue grows.
 */
final class PortStream {
	private static final int OUTPUT_LIMIT = 64 << 10;
	private static final int INPUT_SIZE = 4096;
	private static final int TURNS = 16;

	private final GuestSidePort port;
	private final byte[] input = new byte[INPUT_SIZE];
	/** Twice the limit: what one buffer of input makes the program say always fits. */
	private final byte[] output = new byte[2 * OUTPUT_LIMIT];
	private int inputStart;
	private int inputEnd;
	private int outputStart;
	private int outputEnd;

	PortStream(GuestSidePort port) {
		this.port = port;
	}

	GuestSidePort port() {
		return port;
	}

	/** Says something; what does not fit is lost, as on a terminal that nobody reads. */
	void print(String text) {
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		print(bytes, bytes.length);
	}

	void print(byte[] bytes, int length) {
		if (outputStart > 0) {
			System.arraycopy(output, outputStart, output, 0, outputEnd - outputStart);
			outputEnd -= outputStart;
			outputStart = 0;
		}
		int n = Math.min(length, output.length - outputEnd);
		System.arraycopy(bytes, 0, output, outputEnd, n);
		outputEnd += n;
	}

	/** Writes what was said, as far as the port takes it. */
	void flush() throws IOException {
		while (outputStart < outputEnd) {
			int n = port.writeNow(output, outputStart, outputEnd - outputStart);
			if (n == GuestSidePort.WOULD_BLOCK)
				return;
			outputStart += n;
		}
	}

	/**
	 * Hands over what has come, until there is no more, or the answers are not taken, or it was another port's turn.
	 *
	 * @return whether there is more that could be had at once
	 */
	boolean pump(IntConsumer program) throws IOException {
		flush();
		for (int turn = 0; outputEnd - outputStart < OUTPUT_LIMIT; turn++) {
			if (inputStart == inputEnd) {
				if (turn >= TURNS)
					return true;
				int n = port.readNow(input, 0, input.length);
				if (n <= 0)
					return false;
				inputStart = 0;
				inputEnd = n;
			}
			while (inputStart < inputEnd && outputEnd - outputStart < OUTPUT_LIMIT)
				program.accept(input[inputStart++] & 0xff);
			flush();
		}
		return false;
	}
}
