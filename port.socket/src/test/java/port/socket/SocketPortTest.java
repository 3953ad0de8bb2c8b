package port.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import bus.api.GuestPort;
import bus.linux.Linux;
import port.endpoint.Connection;
import port.endpoint.Listener;

/** Assumes the kernel's UNIX sockets; the test plays the loop. */
class SocketPortTest {
	@TempDir
	Path folder;
	/** What an earlier instance has left. */
	private int kept = -1;
	private String keptKey = "";

	@Test
	void s49_secondClient_firstAttached_waitsUntilHangup() throws Exception {
		var path = folder.resolve("x.sock");
		var port = port("unix:" + path);
		var guest = new Recorder();
		port.plugged(guest);
		assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
		guest.ready.run();
		assertEquals(0, guest.attached.size(), "nobody is there yet");
		try (var first = connect(path); var second = connect(path)) {
			guest.ready.run();
			guest.ready.run();
			assertEquals(1, guest.attached.size());
			Linux.close(guest.attached.getFirst());
			assertEquals(-1, first.read(ByteBuffer.allocate(1)), "the attached descriptor was the first client's");
			port.hangup();
			assertEquals(2, guest.attached.size());
			Linux.close(guest.attached.getLast());
			assertEquals(-1, second.read(ByteBuffer.allocate(1)));
		}
		port.hangup();
		assertEquals(2, guest.attached.size());
		port.unplugged();
		assertFalse(Files.exists(path));
	}

	@Test
	void client_portUpdated_isAttachedAgain_theNextOneWaits() throws Exception {
		var path = folder.resolve("x.sock");
		var port = port("unix:" + path);
		var guest = new Recorder();
		port.plugged(guest);
		try (var client = connect(path)) {
			guest.ready.run();
			kept = guest.attached.getFirst();
			port.unplugged();
			var next = port("unix:" + path);
			var half = new Recorder();
			next.plugged(half);
			assertEquals(List.of(kept), half.attached);
			try (var second = connect(path)) {
				half.ready.run();
				assertEquals(1, half.attached.size());
				Linux.close(kept);
				assertEquals(-1, client.read(ByteBuffer.allocate(1)));
				next.hangup();
				assertEquals(2, half.attached.size());
				Linux.close(half.attached.getLast());
				assertEquals(-1, second.read(ByteBuffer.allocate(1)));
			}
			next.unplugged();
		}
	}

	@Test
	void client_addressChanged_isNotAttached() throws Exception {
		kept = 1_000_000; // no open descriptor has such a number
		keptKey = "client of listen=unix:" + folder.resolve("old") + "    ";
		var guest = new Recorder();
		var port = port("unix:" + folder.resolve("new"));
		port.plugged(guest);
		assertEquals(List.of(), guest.attached);
		port.unplugged();
	}

	@Test
	void tcp_portZero_kernelChooses() throws Exception {
		try (var listener = Listener.open(new Recorder(), "tcp:127.0.0.1:0", Connection::close)) {
			String address = listener.address().toString();
			assertTrue(address.matches("tcp:127\\.0\\.0\\.1:[1-9][0-9]*"), address);
		}
	}

	@Test
	void livePath_pluggedAgain_refusedAndLeftAlone() throws Exception {
		var path = folder.resolve("x.sock");
		var port = port("unix:" + path);
		port.plugged(new Recorder());
		var refusal = assertThrows(IOException.class, () -> port("unix:" + path).plugged(new Recorder()));
		assertTrue(refusal.getMessage().contains(path.toString()), refusal.getMessage());
		connect(path).close();
		port.unplugged();
	}

	@Test
	void socketFile_replacedByAnother_notRemoved() throws Exception {
		var path = folder.resolve("x.sock");
		var port = port("unix:" + path);
		port.plugged(new Recorder());
		Files.move(path, folder.resolve("moved"));
		Files.createFile(path);
		port.unplugged();
		assertTrue(Files.exists(path));
	}

	private static SocketChannel connect(Path path) throws IOException {
		var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
		channel.connect(UnixDomainSocketAddress.of(path));
		return channel;
	}

	private static SocketPort port(String listen) {
		return Configs.port("listen", listen);
	}

	private final class Recorder implements GuestPort {
		final List<Integer> attached = new ArrayList<>();
		Runnable ready;

		@Override
		public String bus() {
			return "vm1";
		}

		@Override
		public int id() {
			return 1;
		}

		@Override
		public String name() {
			return "org.example.x";
		}

		@Override
		public boolean guestOpen() {
			return true;
		}

		@Override
		public void open() {
			throw new AssertionError("attach opens");
		}

		@Override
		public void close() {
			throw new AssertionError();
		}

		@Override
		public void readable() {
			throw new AssertionError();
		}

		@Override
		public void writable() {
			throw new AssertionError();
		}

		@Override
		public void resize(int columns, int rows) {
			throw new AssertionError();
		}

		@Override
		public void attach(int descriptor) {
			throw new AssertionError("a client outlives an update");
		}

		@Override
		public void attach(int descriptor, String key) {
			keptKey = key;
			attached.add(descriptor);
		}

		@Override
		public void keep(String key, int descriptor) {
			Linux.close(descriptor); // as the bus does when the port goes for good
		}

		@Override
		public int kept(String key) {
			return key.equals(keptKey) ? kept : -1;
		}

		@Override
		public void detach() {
			throw new AssertionError();
		}

		@Override
		public void watch(int descriptor, Runnable ready) {
			this.ready = ready;
		}

		@Override
		public void unwatch(int descriptor) {
			throw new AssertionError();
		}

		@Override
		public void execute(Runnable task) {
			task.run();
		}
	}
}
