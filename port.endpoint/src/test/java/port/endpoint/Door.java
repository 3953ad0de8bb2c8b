package port.endpoint;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A listener with a loop and the connections that have arrived. */
final class Door implements AutoCloseable {
	final TestGuest guest;
	final Listener listener;
	final BlockingQueue<Connection> arrived = new LinkedBlockingQueue<>();

	private final boolean forGood;

	Door(String listen, Access access) throws IOException {
		this(listen, access, new HashMap<>(), true);
	}

	/** @param kept what is left by the one before, and for the one after */
	Door(String listen, Access access, Map<String, Integer> kept) throws IOException {
		this(listen, access, kept, false);
	}

	private Door(String listen, Access access, Map<String, Integer> kept, boolean forGood) throws IOException {
		this.forGood = forGood;
		guest = new TestGuest(kept);
		listener = Listener.open(guest, listen, access, arrived::add);
		guest.execute(listener::resume);
	}

	Connection next() throws InterruptedException {
		var connection = arrived.poll(Await.SECONDS, TimeUnit.SECONDS);
		assertNotNull(connection, "nobody has come");
		return connection;
	}

	int port() {
		String address = listener.address().toString();
		return Integer.parseUnsignedInt(address.substring(address.lastIndexOf(':') + 1));
	}

	Socket plain() throws IOException {
		var socket = new Socket("127.0.0.1", port());
		socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(Await.SECONDS));
		return socket;
	}

	SSLSocket tls(SSLContext context) throws IOException {
		var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port());
		socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(Await.SECONDS));
		return socket;
	}

	/** What has come, as soon as there are so many bytes; fewer at the end. */
	static String read(Connection connection, int length) throws Exception {
		var room = ByteBuffer.allocate(length);
		Await.until(length + " bytes", () -> {
			int read;
			do
				read = connection.read(room);
			while (read > 0);
			return read < 0 || !room.hasRemaining();
		});
		return new String(room.array(), 0, room.position(), StandardCharsets.UTF_8);
	}

	static void write(Connection connection, String text) throws Exception {
		var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
		Await.until("room", () -> connection.write(bytes) >= 0 && !bytes.hasRemaining());
	}

	long refused() {
		return (Long) listener.figures().get("refused");
	}

	/** As when a port is unplugged. */
	@Override
	public void close() {
		guest.unplug();
		listener.close();
		if (forGood)
			guest.closeKept();
		arrived.forEach(Connection::close);
		arrived.clear();
	}
}
