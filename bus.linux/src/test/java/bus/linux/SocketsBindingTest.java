package bus.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class SocketsBindingTest {
	@TempDir
	Path folder;

	private static String permissions(Path path) throws IOException {
		return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
	}

	private static int accept(int listening) throws LinuxException {
		try (var epoll = new Epoll(1)) {
			epoll.add(listening, Epoll.IN, 0);
			assertEquals(1, epoll.await(10_000));
		}
		return (int) LinuxException.check(Sockets.accept(listening), "accept");
	}

	@Test
	void unix_listenAndConnect_bytesCross() throws Exception {
		var path = folder.resolve("s");
		int listening = Sockets.listenUnix(path, Sockets.OWNER_ONLY);
		assertEquals(-Errno.EAGAIN, Sockets.accept(listening));
		try (var client = new MessageSocket(Sockets.connectUnix(path));
				var server = new MessageSocket(accept(listening));
				var arena = Arena.ofConfined()) {
			var room = arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 'q');
			assertEquals(1, client.send(room, 0, 1));
			assertEquals(1, server.receive(room, 0, 1));
			for (int fd : new int[] { listening, client.descriptor(), server.descriptor() }) {
				assertEquals(1, Linux.fcntl(fd, Linux.F_GETFD, 0), "FD_CLOEXEC");
				assertTrue((Linux.fcntl(fd, Linux.F_GETFL, 0) & Linux.O_NONBLOCK) != 0, "O_NONBLOCK");
			}
		}
		Linux.close(listening);
	}

	@Test
	void unix_mode_asAskedWhateverTheUmask() throws Exception {
		int owner = Sockets.listenUnix(folder.resolve("o"), Sockets.OWNER_ONLY);
		int group = Sockets.listenUnix(folder.resolve("g"), 0660);
		assertEquals("rw-------", permissions(folder.resolve("o")));
		assertEquals("rw-rw----", permissions(folder.resolve("g")));
		Linux.close(owner);
		Linux.close(group);
	}

	@Test
	void unix_stale_replaced() throws Exception {
		var path = folder.resolve("s");
		Linux.close(Sockets.listenUnix(path, Sockets.OWNER_ONLY));
		assertTrue(Files.exists(path), "closing leaves the file");
		int listening = Sockets.listenUnix(path, Sockets.OWNER_ONLY);
		Linux.close(Sockets.connectUnix(path));
		Linux.close(listening);
	}

	@Test
	void unix_live_refusedWithItsPath() throws Exception {
		var path = folder.resolve("s");
		int listening = Sockets.listenUnix(path, Sockets.OWNER_ONLY);
		var e = assertThrows(LinuxException.class, () -> Sockets.listenUnix(path, Sockets.OWNER_ONLY));
		assertEquals(Errno.EADDRINUSE, e.errno());
		assertTrue(e.getMessage().contains(path.toString()), e.getMessage());
		Linux.close(Sockets.connectUnix(path));
		Linux.close(listening);
	}

	@Test
	void unix_liveButBusy_refusedToo() throws Exception {
		var path = folder.resolve("s");
		int listening = Sockets.listenUnix(path, Sockets.OWNER_ONLY);
		assertEquals(0, Linux.listen(listening, 0));
		var clients = new ArrayList<Integer>();
		try {
			while (true)
				clients.add(Sockets.connectUnix(path)); // until its backlog is full
		} catch (LinuxException full) {
			assertEquals(Errno.EAGAIN, full.errno());
		}
		assertThrows(LinuxException.class, () -> Sockets.listenUnix(path, Sockets.OWNER_ONLY));
		assertTrue(Files.exists(path));
		clients.forEach(Linux::close);
		Linux.close(listening);
	}

	@Test
	void unix_otherFile_keptAndRefused() throws Exception {
		var path = folder.resolve("precious");
		Files.writeString(path, "data");
		var e = assertThrows(LinuxException.class, () -> Sockets.listenUnix(path, Sockets.OWNER_ONLY));
		assertTrue(e.getMessage().contains(path.toString()), e.getMessage());
		assertEquals("data", Files.readString(path));
	}

	@Test
	void unix_danglingLink_refusedNotFollowed() throws Exception {
		var path = folder.resolve("link");
		Files.createSymbolicLink(path, folder.resolve("nowhere"));
		assertThrows(IOException.class, () -> Sockets.listenUnix(path, Sockets.OWNER_ONLY));
		assertFalse(Files.exists(folder.resolve("nowhere")));
	}

	@Test
	void unix_pathTooLong_refusedWithTheLimit() {
		var path = Path.of("/tmp/" + "x".repeat(103));
		var e = assertThrows(LinuxException.class, () -> Sockets.listenUnix(path, Sockets.OWNER_ONLY));
		assertTrue(e.getMessage().contains("107"), e.getMessage());
	}

	@Test
	void unix_nobodyThere_saysWhere() {
		var path = folder.resolve("none");
		var e = assertThrows(LinuxException.class, () -> Sockets.connectUnix(path));
		assertEquals(Errno.ENOENT, e.errno());
		assertTrue(e.getMessage().contains(path.toString()), e.getMessage());
	}

	@Test
	void tcp_listen_javaConnects() throws Exception {
		var loopback = InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 });
		tcp(loopback);
	}

	@Test
	void tcp6_listen_javaConnects() throws Exception {
		var loopback = InetAddress.getByName("::1");
		try {
			tcp(loopback);
		} catch (LinuxException e) {
			Assumptions.abort("no IPv6 here: " + e.getMessage());
		}
	}

	private static void tcp(InetAddress loopback) throws Exception {
		int listening = Sockets.listenTcp(new InetSocketAddress(loopback, 0));
		int port = Sockets.port(listening);
		assertTrue(port > 0);
		try (var client = new Socket(loopback, port)) {
			int server = accept(listening);
			client.getOutputStream().write("tcp".getBytes());
			try (var arena = Arena.ofConfined(); var epoll = new Epoll(1)) {
				epoll.add(server, Epoll.IN, 0);
				assertEquals(1, epoll.await(10_000));
				var room = arena.allocate(8);
				assertEquals(3, Linux.read(server, room.address(), 8));
				assertArrayEquals("tcp".getBytes(), room.asSlice(0, 3).toArray(ValueLayout.JAVA_BYTE));
			}
			Linux.close(server);
		}
		var e = assertThrows(LinuxException.class,
				() -> Sockets.listenTcp(new InetSocketAddress(loopback, port)));
		assertEquals(Errno.EADDRINUSE, e.errno());
		assertTrue(e.getMessage().contains(String.valueOf(port)), e.getMessage());
		Linux.close(listening);
	}

	@Test
	void tcp_unresolvedHost_refusedByName() {
		var e = assertThrows(LinuxException.class,
				() -> Sockets.listenTcp(InetSocketAddress.createUnresolved("no.such.host", 1)));
		assertTrue(e.getMessage().contains("no.such.host"), e.getMessage());
	}
}
