package bench.scale;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/** The host's programs at the busy guests' ports: all in one thread, each says again what it hears. */
final class EchoClients implements AutoCloseable {
	private static final int ROOM = 64 << 10;

	private final Selector selector = Selector.open();
	private final Thread thread = Thread.ofPlatform().daemon().name("echo clients").unstarted(this::serve);
	private volatile boolean ended;

	EchoClients(Fleet fleet) throws IOException {
		for (int guest : fleet.busy().toArray()) {
			var client = SocketChannel.open(UnixDomainSocketAddress.of(fleet.clientSocket(guest)));
			client.configureBlocking(false);
			client.register(selector, SelectionKey.OP_READ, ByteBuffer.allocateDirect(ROOM));
		}
		thread.start();
	}

	int count() {
		return selector.keys().size();
	}

	private void serve() {
		try {
			while (!ended)
				selector.select(EchoClients::echo);
		} catch (IOException e) {
			System.err.println("vport: the clients of busy guests: " + e.getMessage());
		}
	}

	private static void echo(SelectionKey key) {
		var client = (SocketChannel) key.channel();
		var bytes = (ByteBuffer) key.attachment();
		try {
			if (key.isReadable() && client.read(bytes) < 0) {
				client.close();
				return;
			}
			bytes.flip();
			client.write(bytes);
			key.interestOps(bytes.hasRemaining() ? SelectionKey.OP_WRITE : SelectionKey.OP_READ);
			bytes.compact();
		} catch (IOException e) {
			key.cancel(); // its guest has gone
		}
	}

	@Override
	public void close() throws IOException {
		ended = true;
		selector.wakeup();
		try {
			thread.join();
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		}
		for (var key : selector.keys())
			key.channel().close();
		selector.close();
	}
}
