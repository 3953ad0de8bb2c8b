package guest.driver;

import java.io.IOException;

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
	public void step() throws IOException {
		stream.pump(this::take);
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
