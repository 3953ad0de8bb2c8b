package bus.itest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A client of port.socket. Its calls wait; a test's time limit ends them.
 *
 * @param channel blocking
 */
record PortClient(SocketChannel channel) implements AutoCloseable {

	static PortClient connect(Path address) throws IOException {
		return new PortClient(SocketChannel.open(UnixDomainSocketAddress.of(address)));
	}

	void send(byte[] data) throws IOException {
		var bytes = ByteBuffer.wrap(data);
		while (bytes.hasRemaining())
			channel.write(bytes);
	}

	byte[] receive(int count) throws IOException {
		var bytes = ByteBuffer.allocate(count);
		while (bytes.hasRemaining())
			if (channel.read(bytes) < 0)
				throw new AssertionError("closed after " + bytes.position() + " of " + count + " bytes");
		return bytes.array();
	}

	/** What has arrived by now. */
	byte[] pending() throws IOException {
		var bytes = new ByteArrayOutputStream();
		var piece = ByteBuffer.allocate(64 << 10);
		channel.configureBlocking(false);
		while (channel.read(piece.clear()) > 0)
			bytes.write(piece.array(), 0, piece.position());
		channel.configureBlocking(true);
		return bytes.toByteArray();
	}

	/** Up to and without the end of the line. */
	String line() throws IOException {
		var line = new StringBuilder();
		byte next;
		while ((next = receive(1)[0]) != '\n')
			line.append((char) next);
		return line.toString();
	}

	/** Waits until the other end closes; there may be nothing left to read. */
	void awaitClosed() throws IOException {
		if (channel.read(ByteBuffer.allocate(1)) >= 0)
			throw new AssertionError("there is more");
	}

	/** Everything up to and with a text that ends it. */
	String text(String end) throws IOException {
		var text = new StringBuilder();
		var bytes = ByteBuffer.allocate(1 << 16);
		while (!text.substring(Math.max(0, text.length() - end.length())).equals(end)) {
			if (channel.read(bytes.clear()) < 0)
				throw new AssertionError("closed after " + text.length() + " bytes");
			text.append(StandardCharsets.US_ASCII.decode(bytes.flip()));
		}
		return text.toString();
	}

	/** Up to and with the one that contains a text. */
	List<String> lines(String last) throws IOException {
		var lines = new ArrayList<String>();
		do
			lines.add(line());
		while (!lines.getLast().contains(last));
		return lines;
	}

	void send(String text) throws IOException {
		send(text.getBytes(StandardCharsets.US_ASCII));
	}

	@Override
	public void close() throws IOException {
		channel.close();
	}
}
