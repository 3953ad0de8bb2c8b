package port.endpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;

import javax.net.ssl.SSLSocket;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import bus.linux.Linux;
import port.testkit.TestAuthority;
import port.testkit.TestAuthority.Papers;

/** Bytes through a tunnel, in both directions at once. */
@Timeout(120)
class TlsStreamTest {
	private static final int MIB = 1 << 20;
	@TempDir
	static Path folder;
	private static TestAuthority authority;
	private static Access access;
	private static Papers client;

	@BeforeAll
	static void certificates() throws Exception {
		authority = new TestAuthority(folder.resolve("authority"));
		var server = authority.issue("server", "EC", "ip:127.0.0.1");
		client = authority.issue("client", "EC");
		access = Access.of(server.cert().toString(), server.key().toString(), authority.ca().toString(), "");
	}

	@Test
	void mebibytes_bothWaysAtOnce_arriveUnchanged() throws Exception {
		move(64 * MIB, 0);
	}

	/** Who reads slowly makes the other one wait; in between there is not more than the kernel's and TLS's buffers. */
	@Test
	void slowReaders_bothWaysAtOnce_loseNothing() throws Exception {
		move(8 * MIB, 100_000);
	}

	private static void move(int length, long pauseNanos) throws Exception {
		long seed = Long.getLong("vport.seed", System.nanoTime());
		System.out.println("vport.seed=" + seed);
		try (var door = new Door("tls:127.0.0.1:0", access); var socket = door.tls(authority.context(client))) {
			socket.startHandshake();
			try (var connection = door.next()) {
				long begun = System.nanoTime();
				var sent = start(() -> say(socket.getOutputStream(), seed, length));
				var heard = start(() -> hear(socket.getInputStream(), length, pauseNanos));
				var both = new Both(connection, seed + 1, length, pauseNanos);
				Await.until("64 MiB", both::turn);
				double seconds = (System.nanoTime() - begun) / 1e9;
				System.out.printf("%d MiB each way in %.2f s: %.0f MiB/s%n", length / MIB, seconds,
						2.0 * length / MIB / seconds);
				assertArrayEquals(sent.get(), both.heard.digest(), "to the port");
				assertArrayEquals(both.said.digest(), heard.get(), "from the port");
			}
		}
	}

	private static FutureTask<byte[]> start(Callable<byte[]> task) {
		var future = new FutureTask<>(task);
		Thread.ofPlatform().daemon().start(future);
		return future;
	}

	private static byte[] say(OutputStream out, long seed, int length) throws Exception {
		var random = new Random(seed);
		var digest = MessageDigest.getInstance("SHA-256");
		for (int left = length; left > 0;) {
			var piece = new byte[Math.min(left, 1 + random.nextInt(100_000))];
			random.nextBytes(piece);
			digest.update(piece);
			out.write(piece);
			left -= piece.length;
		}
		return digest.digest();
	}

	private static byte[] hear(InputStream in, int length, long pauseNanos) throws Exception {
		var digest = MessageDigest.getInstance("SHA-256");
		var piece = new byte[50_000];
		for (int left = length; left > 0;) {
			int read = in.read(piece, 0, Math.min(left, piece.length));
			assertTrue(read > 0, left + " bytes short");
			digest.update(piece, 0, read);
			left -= read;
			if (pauseNanos > 0)
				LockSupport.parkNanos(pauseNanos);
		}
		return digest.digest();
	}

	/** The port's side, which does not block. */
	private static final class Both {
		final MessageDigest heard = MessageDigest.getInstance("SHA-256");
		final MessageDigest said = MessageDigest.getInstance("SHA-256");
		private final Connection connection;
		private final Random random;
		private final long pauseNanos;
		private final ByteBuffer room = ByteBuffer.allocate(20_000);
		private final ByteBuffer piece = ByteBuffer.allocate(30_000).limit(0);
		private int toHear;
		private int toSay;

		Both(Connection connection, long seed, int length, long pauseNanos) throws Exception {
			this.connection = connection;
			this.random = new Random(seed);
			this.toHear = length;
			this.toSay = length;
			this.pauseNanos = pauseNanos;
		}

		/** @return whether all is done; when nothing moves, the caller pauses */
		boolean turn() {
			for (boolean moved = true; moved && (toHear > 0 || toSay > 0 || piece.hasRemaining());)
				moved = hear() | say();
			return toHear == 0 && toSay == 0 && !piece.hasRemaining();
		}

		private boolean hear() {
			int read = connection.read(room.clear().limit(Math.min(toHear, room.capacity())));
			assertTrue(read >= 0, "the tunnel has ended, " + toHear + " bytes short");
			heard.update(room.flip());
			toHear -= read;
			if (pauseNanos > 0)
				LockSupport.parkNanos(pauseNanos);
			return read > 0;
		}

		private boolean say() {
			if (!piece.hasRemaining() && toSay > 0) {
				var bytes = new byte[Math.min(toSay, 1 + random.nextInt(piece.capacity()))];
				random.nextBytes(bytes);
				said.update(bytes);
				piece.clear().put(bytes).flip();
				toSay -= bytes.length;
			}
			return piece.hasRemaining() && connection.write(piece) > 0;
		}
	}

	@Test
	void clients_comeAndGo_noDescriptorAndNoThreadIsLeft() throws Exception {
		for (int i = 0; i < 3; i++)
			visit(i);
		Await.until("the thread has gone", () -> threads() == 0);
		long before = descriptors();
		for (int i = 0; i < 40; i++)
			visit(i);
		Await.until("the thread has gone", () -> threads() == 0);
		Await.until("descriptors as before", () -> descriptors() <= before + 5);
	}

	/** Every second client leaves without a word. */
	private static void visit(int number) throws Exception {
		try (var door = new Door("tls:127.0.0.1:0", access); SSLSocket socket = door.tls(authority.context(client))) {
			socket.getOutputStream().write("hello".getBytes());
			try (var connection = door.next()) {
				assertEquals("hello", Door.read(connection, 5));
				if (number % 2 == 0)
					return;
				socket.setSoLinger(true, 0);
				Linux.shutdown(connection.descriptor(), Linux.SHUT_WR);
			}
		}
	}

	private static long threads() {
		return Thread.getAllStackTraces().keySet().stream().filter(it -> it.getName().equals("port.endpoint")).count();
	}

	private static long descriptors() throws Exception {
		try (var open = Files.list(Path.of("/proc/self/fd"))) {
			return open.count();
		}
	}

	/** The client is in no hurry, and says something that nobody will read: a hasty end would be a reset. */
	@Test
	void lastWords_beforeTheEnd_areReadInFull() throws Exception {
		var bytes = new byte[MIB / 4];
		new Random(1).nextBytes(bytes);
		try (var door = new Door("tls:127.0.0.1:0", access);
				var plain = new Socket();
				var socket = over(plain, door.port())) {
			socket.startHandshake();
			long before;
			try (var connection = door.next()) {
				start(() -> say(socket.getOutputStream(), 1, 8 * MIB));
				var data = ByteBuffer.wrap(bytes);
				Await.until("room", () -> connection.write(data) >= 0 && !data.hasRemaining());
				before = descriptors();
			}
			Await.until("the tunnel is at its end", () -> descriptors() <= before - 2);
			assertArrayEquals(bytes, socket.getInputStream().readAllBytes());
		}
	}

	/** With little room for what it has not read. */
	private static SSLSocket over(Socket plain, int port) throws Exception {
		plain.setReceiveBufferSize(8 << 10);
		plain.connect(new InetSocketAddress("127.0.0.1", port));
		return (SSLSocket) authority.context(client).getSocketFactory().createSocket(plain, "127.0.0.1", port, true);
	}
}
