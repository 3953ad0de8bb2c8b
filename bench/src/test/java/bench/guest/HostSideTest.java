package bench.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Wrong bytes must not win: what the suite says of a device that mixes them up. */
@Timeout(30)
class HostSideTest {
	private static final int SIZE = 5000;

	@TempDir
	Path folder;
	private ServerSocketChannel listener;
	private HostSide host;
	private SocketChannel device;

	@BeforeEach
	void connect() throws IOException {
		listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
				.bind(UnixDomainSocketAddress.of(folder.resolve("x.1")));
		host = new HostSide(folder, "x", 1);
		device = listener.accept();
	}

	@AfterEach
	void close() throws IOException {
		device.close();
		host.close();
		listener.close();
	}

	private static ByteBuffer copy(ByteBuffer bytes) {
		return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
	}

	@Test
	void read_whatTheGuestWrites_passes() throws IOException {
		device.write(Pattern.of(0, 0, SIZE));
		host.read(1, SIZE);
	}

	@Test
	void read_pieceThatIsDoubled_isNamed() throws IOException {
		device.write(Pattern.of(0, 0, 4096));
		device.write(Pattern.of(0, 0, 4096));
		var wrong = assertThrows(IOException.class, () -> host.read(1, 8192));
		assertEquals("port 1: byte 4096 is wrong", wrong.getMessage());
	}

	@Test
	void read_wrongByte_isNamed() throws IOException {
		var bytes = copy(Pattern.of(0, 0, SIZE));
		bytes.put(4321, (byte) ~bytes.get(4321));
		device.write(bytes);
		var wrong = assertThrows(IOException.class, () -> host.read(1, SIZE));
		assertEquals("port 1: byte 4321 is wrong", wrong.getMessage());
	}

	@Test
	void read_deviceThatLeaves_isNamed() throws IOException {
		device.write(Pattern.of(0, 0, 10));
		device.close();
		var wrong = assertThrows(IOException.class, () -> host.read(1, SIZE));
		assertEquals("port 1: the device has closed the socket at byte 10", wrong.getMessage());
	}

	@Test
	void write_longerThanThePattern_isItsContinuation() throws IOException {
		host.write(1, 700, SIZE);
		var got = ByteBuffer.allocate(SIZE);
		while (got.hasRemaining())
			device.read(got);
		assertEquals(Pattern.of(0, 0, SIZE), got.flip());
	}
}
