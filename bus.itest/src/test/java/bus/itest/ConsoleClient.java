package bus.itest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Somebody at a console over the network, who sees every byte that comes. */
final class ConsoleClient implements AutoCloseable {
	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private final SocketChannel channel;
	/** Guarded by this. */
	private final ByteArrayOutputStream seen = new ByteArrayOutputStream();
	/** Guarded by this. */
	private boolean ended;

	ConsoleClient(SocketAddress address) throws IOException {
		channel = SocketChannel.open(address);
		Thread.ofVirtual().start(this::read);
	}

	private void read() {
		var bytes = ByteBuffer.allocate(1 << 16);
		try {
			while (channel.read(bytes.clear()) >= 0)
				synchronized (this) {
					seen.write(bytes.array(), 0, bytes.position());
					notifyAll();
				}
		} catch (IOException e) {
			// this side has closed it
		}
		synchronized (this) {
			ended = true;
			notifyAll();
		}
	}

	void type(String keys) throws IOException {
		send(keys.getBytes(StandardCharsets.ISO_8859_1));
	}

	void send(byte... bytes) throws IOException {
		for (var all = ByteBuffer.wrap(bytes); all.hasRemaining();)
			channel.write(all);
	}

	/** All that has come, byte for byte. */
	synchronized String seen() {
		return seen.toString(StandardCharsets.ISO_8859_1);
	}

	/** Waits for a text behind that place; answers the place behind it. */
	synchronized int await(String text, int from) throws InterruptedException {
		long end = System.nanoTime() + PATIENCE.toNanos();
		while (true) {
			int found = seen().indexOf(text, from);
			if (found >= 0)
				return found + text.length();
			long left = (end - System.nanoTime()) / 1_000_000;
			if (left <= 0 || ended)
				throw new AssertionError("no " + text + "; ended=" + ended + "; seen: "
						+ seen().substring(Math.min(from, seen.size())));
			wait(left);
		}
	}

	synchronized void awaitEnd() throws InterruptedException {
		long end = System.nanoTime() + PATIENCE.toNanos();
		while (!ended) {
			long left = (end - System.nanoTime()) / 1_000_000;
			if (left <= 0)
				throw new AssertionError("still connected; seen: " + seen());
			wait(left);
		}
	}

	@Override
	public void close() throws IOException {
		channel.close();
	}
}
