package guest.driver;

import java.io.IOException;
import java.time.Duration;

/** Sends every line back. */
final class EchoProgram implements PortProgram {
	private static final byte[] PREFIX = { 'e', 'c', 'h', 'o', ':', ' ' };
	private static final int LONGEST_LINE = 4096;

	private final PortStream stream;
	private final byte[] line = new byte[LONGEST_LINE];
	private int length;

	EchoProgram(GuestSidePort port) {
		this.stream = new PortStream(port);
	}

	@Override
	public Duration step() throws IOException {
		return stream.pump(this::take) ? Duration.ZERO : WHEN_SOMETHING_HAPPENS;
	}

	private void take(int character) {
		line[length++] = (byte) character;
		if (character != '\n' && length < LONGEST_LINE)
			return;
		stream.print(PREFIX, PREFIX.length);
		stream.print(line, length);
		length = 0;
	}
}
