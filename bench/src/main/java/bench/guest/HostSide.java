package bench.guest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Programs of the host at the sockets of a device's ports: one thread for each port that is in use. Its own CPU does not count. */
final class HostSide implements AutoCloseable {
	private interface Work {
		void at(int port) throws IOException;
	}

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private final List<SocketChannel> channels = new ArrayList<>();
	private final ByteBuffer[] buffers;

	/** Connects to sockets PREFIX.1 and so on. */
	HostSide(Path folder, String prefix, int ports) throws IOException {
		buffers = new ByteBuffer[ports];
		for (int port = 0; port < ports; port++) {
			buffers[port] = ByteBuffer.allocateDirect(Pattern.LARGEST);
			channels.add(SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve(prefix + "." + (port + 1)))));
		}
	}

	/**
	 * Reads so many bytes from each of the first ports and looks at every one.
	 *
	 * @return nanoseconds from the first byte to the last
	 */
	long read(int ports, long bytes) throws IOException {
		var first = new long[ports];
		var last = new long[ports];
		eachAtOnce(ports, port -> {
			for (long at = 0; at < bytes;) {
				at += readSome(port, at, (int) Math.min(Pattern.LARGEST, bytes - at));
				last[port] = System.nanoTime();
				if (first[port] == 0)
					first[port] = last[port];
			}
		});
		return Arrays.stream(last).max().orElseThrow() - Arrays.stream(first).min().orElseThrow();
	}

	private int readSome(int port, long at, int most) throws IOException {
		var buffer = buffers[port].clear().limit(most);
		int n = channels.get(port).read(buffer);
		if (n < 0)
			throw new IOException("port " + (port + 1) + ": the device has closed the socket at byte " + at);
		int wrong = buffer.flip().mismatch(Pattern.of(port, at, n));
		if (wrong >= 0)
			throw new IOException("port " + (port + 1) + ": byte " + (at + wrong) + " is wrong");
		return n;
	}

	/** Writes so many bytes to each of the first ports, in pieces. */
	void write(int ports, int piece, long bytes) throws IOException {
		eachAtOnce(ports, port -> {
			for (long at = 0; at < bytes;)
				at += writeAll(port, at, (int) Math.min(piece, bytes - at));
		});
	}

	private int writeAll(int port, long at, int size) throws IOException {
		var piece = Pattern.of(port, at, size);
		while (piece.hasRemaining())
			channels.get(port).write(piece);
		return size;
	}

	/** Sends a piece to the first port and waits until it is back, so many times: nanoseconds of each. */
	double[] ping(int piece, int rounds) throws IOException {
		var times = new double[rounds];
		eachAtOnce(1, port -> {
			for (int i = 0; i < rounds; i++) {
				long began = System.nanoTime();
				writeAll(port, 0, piece);
				readAll(port, piece);
				times[i] = System.nanoTime() - began;
			}
		});
		return times;
	}

	/** Sends back what comes, so many times. */
	void echo(int piece, int rounds) throws IOException {
		eachAtOnce(1, port -> {
			for (int i = 0; i < rounds; i++) {
				readAll(port, piece);
				writeAll(port, 0, piece);
			}
		});
	}

	private void readAll(int port, int piece) throws IOException {
		for (int at = 0; at < piece;)
			at += readSome(port, at, piece - at);
	}

	private static void eachAtOnce(int ports, Work work) throws IOException {
		var failures = new IOException[ports];
		var threads = IntStream.range(0, ports).mapToObj(port -> Thread.ofPlatform().daemon().start(() -> {
			try {
				work.at(port);
			} catch (IOException e) {
				failures[port] = e;
			}
		})).toList();
		for (var thread : threads)
			join(thread);
		for (var failure : failures)
			if (failure != null)
				throw failure;
	}

	private static void join(Thread thread) throws IOException {
		try {
			if (!thread.join(PATIENCE))
				throw new IOException("no byte for " + PATIENCE.toSeconds() + " s at a port");
		} catch (InterruptedException e) {
			throw new IOException("interrupted while bytes were moved", e);
		}
	}

	@Override
	public void close() {
		for (var channel : channels)
			try {
				channel.close();
			} catch (IOException e) {
				throw new UncheckedIOException(e);
			}
	}
}
