package bus.itest;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.HexFormat;

/**
 * The qtest protocol of QEMU: what a processor would do to its ports and its memory, a command and its answer at a
 * time. Each is done when its call returns. A test's time limit ends a call that waits.
 */
final class Qtest implements AutoCloseable {
	private final SocketChannel channel;
	private final BufferedReader answers;

	Qtest(SocketChannel channel) {
		this.channel = channel;
		this.answers = new BufferedReader(Channels.newReader(channel, US_ASCII));
	}

	void out32(int port, int value) {
		command("outl 0x%x 0x%x", port, value);
	}

	int in32(int port) {
		return (int) number("inl 0x%x", port);
	}

	int read8(long address) {
		return (int) number("readb 0x%x", address);
	}

	int read16(long address) {
		return (int) number("readw 0x%x", address);
	}

	int read32(long address) {
		return (int) number("readl 0x%x", address);
	}

	void write8(long address, int value) {
		command("writeb 0x%x 0x%x", address, value & 0xff);
	}

	void write16(long address, int value) {
		command("writew 0x%x 0x%x", address, value & 0xffff);
	}

	void write32(long address, int value) {
		command("writel 0x%x 0x%x", address, value);
	}

	byte[] read(long address, int count) {
		return HexFormat.of().parseHex(command("read 0x%x 0x%x", address, count).substring(2));
	}

	void write(long address, byte... bytes) {
		command("write 0x%x 0x%x 0x%s", address, bytes.length, HexFormat.of().formatHex(bytes));
	}

	private long number(String format, Object... values) {
		return Long.parseUnsignedLong(command(format, values).substring(2), 16);
	}

	/** Answers what follows the OK. */
	private String command(String format, Object... values) {
		var command = format.formatted(values);
		try {
			var bytes = US_ASCII.encode(command + "\n");
			while (bytes.hasRemaining())
				channel.write(bytes);
			var answer = answers.readLine();
			if (answer == null || !answer.startsWith("OK"))
				throw new AssertionError(command + ": " + answer);
			return answer.substring(2).strip();
		} catch (IOException e) {
			throw new AssertionError(command + ": QEMU has gone", e);
		}
	}

	@Override
	public void close() throws IOException {
		channel.close();
	}
}
