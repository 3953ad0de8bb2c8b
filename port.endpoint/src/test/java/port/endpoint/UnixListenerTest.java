package port.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import bus.linux.Linux;
import bus.linux.LinuxException;
import bus.linux.Peer;
import bus.linux.Sockets;

/** UNIX sockets, with files and without, and lists of users. */
@Timeout(60)
class UnixListenerTest {
	@TempDir
	Path folder;

	private static int uid() throws Exception {
		return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
	}

	private static Access allow(String list) {
		return Access.of("", "", "", list);
	}

	private SocketChannel connect(Path path) throws Exception {
		var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
		channel.connect(UnixDomainSocketAddress.of(path));
		return channel;
	}

	@Test
	void ownUser_onTheList_arrives() throws Exception {
		String user = System.getProperty("user.name");
		for (var list : List.of("uid:" + uid(), "user:" + user, "uid:4294967294, user:" + user)) {
			var path = folder.resolve("x.sock");
			try (var door = new Door("unix:" + path, allow(list)); var client = connect(path)) {
				assertEquals("rw-rw-rw-", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
				client.write(ByteBuffer.wrap("hello".getBytes()));
				try (var connection = door.next()) {
					assertEquals("hello", Door.read(connection, 5));
					assertTrue(connection.peer().startsWith("uid:" + uid() + " pid:"), connection.peer());
				}
			}
		}
	}

	@Test
	void moreAtOnce_thanAreTakenInOneGo_allArrive() throws Exception {
		var path = folder.resolve("x.sock");
		int many = 100;
		try (var door = new Door("unix:" + path, Access.DEFAULT)) {
			var paused = new CountDownLatch(1);
			door.guest.execute(() -> {
				door.listener.pause();
				paused.countDown();
			});
			paused.await();
			var clients = new ArrayList<SocketChannel>();
			for (int i = 0; i < many; i++)
				clients.add(connect(path));
			door.guest.execute(door.listener::resume);
			for (int i = 0; i < many; i++)
				door.next().close();
			for (var client : clients)
				client.close();
		}
	}

	@Test
	void ownUser_notOnTheList_refusedAndCounted() throws Exception {
		var path = folder.resolve("x.sock");
		try (var door = new Door("unix:" + path, allow("uid:" + (uid() + 1))); var client = connect(path)) {
			assertEquals(-1, client.read(ByteBuffer.allocate(1)));
			assertEquals(1, door.refused());
			assertEquals(0, door.arrived.size());
		}
	}

	@Test
	void abstractName_ownUser_arrives_withoutAFile() throws Exception {
		String name = "vport-test-" + UUID.randomUUID();
		try (var door = new Door("unix:@" + name, Access.DEFAULT)) {
			int client = Sockets.connectAbstract(name);
			try (var connection = door.next()) {
				Door.write(connection, "welcome");
				try (var other = Connection.of(client)) {
					assertEquals("welcome", Door.read(other, 7));
				}
			}
			assertThrows(IOException.class, () -> new Door("unix:@" + name, Access.DEFAULT), "it is taken");
		}
		assertThrows(LinuxException.class, () -> Sockets.connectAbstract(name), "the name has gone with the socket");
	}

	/** There is no file whose permissions would keep others out. */
	@Test
	void abstractName_withoutAList_isForTheOwnUserAndRoot() throws Exception {
		var address = new Address.Abstract("x");
		assertTrue(AllowList.EVERYBODY.allows(Optional.of(new Peer(1, uid(), 0)), address));
		assertTrue(AllowList.EVERYBODY.allows(Optional.of(new Peer(1, 0, 0)), address));
		assertEquals(false, AllowList.EVERYBODY.allows(Optional.of(new Peer(1, 4_000_000, 0)), address));
	}

	@Test
	void abstractSocket_portUpdated_whoConnectsMeanwhileIsServed() throws Exception {
		String name = "vport-test-" + UUID.randomUUID();
		var kept = new HashMap<String, Integer>();
		try (var door = new Door("unix:@" + name, Access.DEFAULT, kept)) {
			assertEquals(0, door.arrived.size());
		}
		int client = Sockets.connectAbstract(name);
		try (var door = new Door("unix:@" + name, Access.DEFAULT, kept); var connection = door.next()) {
			assertTrue(connection.peer().startsWith("uid:"));
		}
		Linux.close(client);
		kept.values().forEach(Linux::close);
	}

	@Test
	void wrongLists_refusedWithWhatIsAllowed() {
		for (var list : List.of("1000", "uid:", "uid:x", "user:", "user:-x", "name:", "name:*.example.org", "uid:1,,uid:2",
				"uid:4294967295", "uid:9999999999"))
			assertTrue(refusal(list).getMessage().startsWith("allow=" + list + "; allowed: uid:NUMBER"), list);
		assertEquals("allow=user:nobody-has-this-name; user:nobody-has-this-name is not known here;"
				+ " allowed: a user of this machine", refusal("user:nobody-has-this-name").getMessage());
	}

	private static IllegalArgumentException refusal(String list) {
		return assertThrows(IllegalArgumentException.class, () -> allow(list), list);
	}
}
