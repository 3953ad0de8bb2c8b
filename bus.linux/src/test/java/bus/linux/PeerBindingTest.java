package bus.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

import org.junit.jupiter.api.Test;

/** Who is at the other end, and sockets without files. */
class PeerBindingTest {

	@Test
	void credentials_ofAUnixSocket_areThisProcess() throws Exception {
		int uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
		String name = "vport-test-" + UUID.randomUUID();
		int listening = Sockets.listenAbstract(name);
		int client = Sockets.connectAbstract(name);
		int accepted = Sockets.accept(listening);
		var peer = Peer.of(accepted).orElseThrow();
		assertEquals(ProcessHandle.current().pid(), peer.pid());
		assertEquals(uid, peer.uid());
		assertEquals("uid:" + uid + " pid:" + peer.pid(), Peer.name(accepted));
		for (int fd : new int[] { accepted, client, listening })
			Linux.close(fd);
		assertEquals(Errno.ECONNREFUSED,
				assertThrows(LinuxException.class, () -> Sockets.connectAbstract(name)).errno());
	}

	@Test
	void abstractName_tooLong_refused() {
		assertThrows(LinuxException.class, () -> Sockets.listenAbstract("x".repeat(108)));
	}

	@Test
	void getpeername__tcpConnectionBegun_isThereWhenWritable() throws Exception {
		for (var host : new String[] { "127.0.0.1", "::1" }) {
			var address = InetAddress.getByName(host);
			int listening;
			try {
				listening = Sockets.listenTcp(new InetSocketAddress(address, 0));
			} catch (LinuxException e) {
				assumeTrue(false, "no IPv6 here");
				return;
			}
			int client = Sockets.connectTcp(new InetSocketAddress(address, Sockets.port(listening)));
			try (var epoll = new Epoll(1)) {
				epoll.add(client, Epoll.OUT, 0);
				assertEquals(1, epoll.await(10_000));
			}
			assertEquals(0, Sockets.connected(client));
			int accepted = Sockets.accept(listening);
			String shown = host.contains(":") ? "[" + address.getHostAddress() + "]" : host;
			assertEquals(shown + ":" + Sockets.port(client), Peer.name(accepted));
			assertFalse(Peer.of(accepted).isPresent());
			for (int fd : new int[] { accepted, client, listening })
				Linux.close(fd);
		}
	}

	@Test
	void tcp_nobodyListens_isSaidWhenWritable() throws Exception {
		int listening = Sockets.listenTcp(new InetSocketAddress("127.0.0.1", 0));
		int port = Sockets.port(listening);
		Linux.close(listening);
		int client = Sockets.connectTcp(new InetSocketAddress("127.0.0.1", port));
		try (var epoll = new Epoll(1)) {
			epoll.add(client, Epoll.OUT, 0);
			assertEquals(1, epoll.await(10_000));
		}
		assertEquals(Errno.ECONNREFUSED, Sockets.connected(client));
		Linux.close(client);
	}

	@Test
	void shutdown__poll__oneHalfEnded_seenAtTheOther() throws Exception {
		try (var arena = Arena.ofConfined()) {
			var pair = arena.allocate(JAVA_INT, 2);
			LinuxException.check(Linux.socketpair(Linux.AF_UNIX, Linux.SOCK_STREAM, pair.address()), "socketpair");
			int here = pair.getAtIndex(JAVA_INT, 0);
			int there = pair.getAtIndex(JAVA_INT, 1);
			var asked = arena.allocate(8, 4); // struct pollfd: descriptor 0, events 4, answer 6
			asked.set(JAVA_INT, 0, there);
			asked.set(JAVA_SHORT, 4, (short) Epoll.RDHUP);
			assertEquals(0, Linux.poll(asked.address(), 1));
			assertEquals(0, Linux.shutdown(here, Linux.SHUT_WR));
			assertEquals(1, Linux.poll(asked.address(), 1));
			assertEquals(Epoll.RDHUP, asked.get(JAVA_SHORT, 6));
			assertTrue(Linux.write(there, asked.address(), 1) == 1, "the other half goes on");
			Linux.close(here);
			Linux.close(there);
		}
	}

	@Test
	void vsock_listens_orTheKernelSaysThatItCannot() throws Exception {
		try {
			int listening = Sockets.listenVsock(Sockets.ANY_CID, -1);
			assertTrue(Sockets.vsockPort(listening) != -1);
			Linux.close(listening);
		} catch (LinuxException e) {
			System.out.println("skipped: " + e.getMessage());
			assumeTrue(false, e.getMessage());
		}
	}
}
