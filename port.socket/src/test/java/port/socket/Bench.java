package port.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

import guest.driver.GuestSidePort;
import port.testkit.TestBus;

/** A bus with a driver, and a port of this kind on it. */
final class Bench implements AutoCloseable {
	static final Duration PATIENCE = Duration.ofSeconds(20);
	private static final String NAME = "org.example.x";

	private final Path folder;
	private final TestBus bus;
	private SocketPort port;

	Bench(Path folder) throws IOException {
		this.folder = folder;
		bus = new TestBus(folder);
	}

	Path path() {
		return folder.resolve("x.sock");
	}

	/** Plugs a port, in place of one that is held. Answers what the guest has of it, open. */
	GuestSidePort plug(SocketPort next) throws Exception {
		port = next;
		bus.plug(NAME, false, next);
		var guest = bus.guest(NAME);
		if (!guest.isOpen())
			guest.open();
		return guest;
	}

	void hold() {
		bus.bus().hold(port);
	}

	Object figure(String name) {
		return port.figures().get(name);
	}

	void awaitFigure(String name, Object value) throws Exception {
		until(name + "=" + value, () -> value.equals(figure(name)));
	}

	void awaitThrottled() throws Exception {
		until("the guest waits", () -> bus.info(NAME).throttled());
	}

	SocketChannel connect() throws IOException {
		var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
		channel.connect(UnixDomainSocketAddress.of(path()));
		return channel;
	}

	static void say(SocketChannel client, String text) throws IOException {
		client.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
	}

	static byte[] read(SocketChannel client, int length) throws IOException {
		var room = ByteBuffer.allocate(length);
		while (room.hasRemaining())
			if (client.read(room) < 0)
				fail("closed after " + room.position() + " of " + length + " bytes");
		return room.array();
	}

	static void assertSays(String text, SocketChannel client) throws IOException {
		assertEquals(text, new String(read(client, text.length()), StandardCharsets.UTF_8));
	}

	static void assertClosed(SocketChannel client) throws IOException {
		assertEquals(-1, client.read(ByteBuffer.allocate(1)));
	}

	/** Until the guest has heard that there is somebody, it reads the end of file. */
	static void assertHears(GuestSidePort guest, String text) throws IOException {
		assertTrue(guest.awaitHostConnected(true, PATIENCE));
		assertEquals(text, new String(guest.readNBytes(text.length(), PATIENCE), StandardCharsets.UTF_8));
	}

	static void write(GuestSidePort guest, String text) throws IOException {
		guest.writeFully(text.getBytes(StandardCharsets.UTF_8), PATIENCE);
	}

	static void until(String what, Callable<Boolean> condition) throws Exception {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		while (!condition.call()) {
			if (System.nanoTime() - deadline > 0)
				fail("did not come in " + PATIENCE.toSeconds() + " s: " + what);
			LockSupport.parkNanos(500_000);
		}
	}

	@Override
	public void close() {
		bus.close();
	}
}
