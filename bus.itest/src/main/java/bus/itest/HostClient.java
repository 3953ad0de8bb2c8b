package bus.itest;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A program on the host that is connected to a socket port. Blocks. */
record HostClient(SocketChannel channel) implements AutoCloseable {

	static HostClient unix(Path path) throws IOException {
		return connect(UnixDomainSocketAddress.of(path));
	}

	static HostClient tcp(int port) throws IOException {
		return connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
	}

	private static HostClient connect(SocketAddress address) throws IOException {
		return new HostClient(SocketChannel.open(address));
	}

	void send(byte[] bytes) throws IOException {
		var data = ByteBuffer.wrap(bytes);
		while (data.hasRemaining())
			channel.write(data);
	}

	byte[] receive(int count) throws IOException {
		var room = ByteBuffer.allocate(count);
		while (room.hasRemaining())
			if (channel.read(room) < 0)
				throw new EOFException("end of stream after " + room.position() + " of " + count + " bytes");
		return room.array();
	}

	/** Whether the port hung up. Waits for it, or for a byte. */
	boolean atEnd() throws IOException {
		return channel.read(ByteBuffer.allocate(1)) < 0;
	}

	@Override
	public void close() throws IOException {
		channel.close();
	}
}
