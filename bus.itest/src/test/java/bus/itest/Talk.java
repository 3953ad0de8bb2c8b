package bus.itest;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

import guest.driver.ConsoleDriver;
import guest.driver.GuestSidePort;

/**
 * A client and a program in a simulated guest that talk whenever they can, through a port that comes and goes as it
 * likes: the client says a number, the program says it again.
 */
final class Talk implements AutoCloseable {
	private static final Duration TURN = Duration.ofMillis(200);

	private final ConsoleDriver guest;
	private final String name;
	private final Path address;
	private final Background<Boolean> program;
	private final Background<Boolean> client;
	private volatile boolean ended;
	private volatile long answers;

	/**
	 * @param name of the port
	 * @param address of the port's socket
	 */
	Talk(ConsoleDriver guest, String name, Path address) {
		this.guest = guest;
		this.name = name;
		this.address = address;
		program = Background.start(this::repeat);
		client = Background.start(this::ask);
	}

	/** How many numbers have come back. */
	long answers() {
		return answers;
	}

	/** Waits for numbers that were said after this call. */
	void awaitMore() {
		long wanted = answers + 2;
		Await.until("an answer through port " + name, () -> answers >= wanted);
	}

	private boolean repeat() {
		var bytes = new byte[1000];
		while (!ended)
			try {
				var port = guest.awaitPort(name, TURN);
				if (!port.isOpen())
					port.open();
				int n = port.read(bytes, 0, bytes.length, TURN);
				if (n > 0)
					say(port, bytes, n);
				else if (n == 0)
					port.awaitHostConnected(true, TURN);
			} catch (IOException e) {
				// unplugged, or not there yet
			}
		return ended;
	}

	private void say(GuestSidePort port, byte[] bytes, int count) throws IOException {
		for (int done = 0; done < count && !ended;) {
			int n = port.write(bytes, done, count - done, TURN);
			done += Math.max(0, n);
		}
	}

	private boolean ask() {
		while (!ended)
			try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(address));
					var selector = Selector.open()) {
				channel.configureBlocking(false);
				channel.register(selector, SelectionKey.OP_READ);
				while (!ended)
					ask(channel, selector);
			} catch (IOException e) {
				LockSupport.parkNanos(1_000_000); // nobody listens, or who listened has gone
			}
		return ended;
	}

	/** What comes may begin with answers to the client before. */
	private void ask(SocketChannel channel, Selector selector) throws IOException {
		var line = answers + "\n";
		channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
		var seen = new StringBuilder();
		var bytes = ByteBuffer.allocate(1000);
		while (!seen.toString().endsWith(line)) {
			if (selector.select(TURN.toMillis()) == 0)
				throw new EOFException("lost with the port");
			selector.selectedKeys().clear();
			if (channel.read(bytes.clear()) < 0)
				throw new EOFException();
			seen.append(StandardCharsets.US_ASCII.decode(bytes.flip()));
		}
		answers = answers + 1;
	}

	@Override
	public void close() {
		ended = true;
		client.join();
		program.join();
	}
}
