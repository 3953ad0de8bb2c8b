package bus.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class MessageSocketBindingTest {
	private final Arena arena = Arena.ofConfined();
	private final MessageSocket a;
	private final MessageSocket b;

	MessageSocketBindingTest() throws LinuxException {
		var pair = MessageSocket.pair();
		a = pair[0];
		b = pair[1];
	}

	@AfterEach
	void close() {
		a.close();
		b.close();
		arena.close();
	}

	private MemorySegment bytes(String text) {
		return arena.allocateFrom(JAVA_BYTE, text.getBytes());
	}

	private static int eventfd(int initial) {
		return (int) Linux.eventfd(initial);
	}

	private long take(int eventfd) {
		var count = arena.allocate(JAVA_LONG);
		assertEquals(8, Linux.read(eventfd, count.address(), 8));
		return count.get(JAVA_LONG, 0);
	}

	@Test
	void bytes_bothWays_arrive() {
		var room = arena.allocate(10);
		assertEquals(-Errno.EAGAIN, a.receive(room, 0, 10));
		assertEquals(4, a.send(bytes("xping"), 1, 4));
		assertEquals(4, b.receive(room, 2, 8));
		assertArrayEquals("ping".getBytes(), room.asSlice(2, 4).toArray(JAVA_BYTE));
		assertEquals(0, b.receivedDescriptors());
		assertEquals(4, b.send(bytes("pong"), 0, 4));
		assertEquals(3, a.receive(room, 0, 3));
		assertEquals(1, a.receive(room, 3, 7));
		assertArrayEquals("pong".getBytes(), room.asSlice(0, 4).toArray(JAVA_BYTE));
	}

	@Test
	void descriptors_bothWays_sameFileCloseOnExec() {
		for (var way : new MessageSocket[][] { { a, b }, { b, a } }) {
			var sent = new int[] { eventfd(11), eventfd(12), eventfd(13) };
			assertEquals(2, way[0].send(bytes("fd"), 0, 2, sent));
			assertEquals(2, way[1].receive(arena.allocate(2), 0, 2));
			assertEquals(3, way[1].receivedDescriptors());
			assertFalse(way[1].truncated());
			for (int i = 0; i < 3; i++) {
				int received = way[1].receivedDescriptor(i);
				assertNotEquals(sent[i], received);
				assertEquals(1, Linux.fcntl(received, Linux.F_GETFD, 0), "FD_CLOEXEC");
				assertEquals(11 + i, take(received));
				Linux.close(received);
				Linux.close(sent[i]);
			}
		}
	}

	@Test
	void descriptors_ofAnEarlierMessage_notSeenTwice() {
		int fd = eventfd(0);
		a.send(bytes("1"), 0, 1, fd);
		a.send(bytes("2"), 0, 1);
		b.receive(arena.allocate(1), 0, 1);
		Linux.close(b.receivedDescriptor(0));
		b.receive(arena.allocate(1), 0, 1);
		assertEquals(0, b.receivedDescriptors());
		assertEquals(-Errno.EAGAIN, b.receive(arena.allocate(1), 0, 1));
		assertEquals(0, b.receivedDescriptors());
		Linux.close(fd);
	}

	@Test
	void descriptors_asManyAsAllowed_allArrive() {
		int fd = eventfd(0);
		var many = new int[MessageSocket.MAX_DESCRIPTORS];
		Arrays.fill(many, fd);
		assertEquals(1, a.send(bytes("m"), 0, 1, many));
		assertEquals(1, b.receive(arena.allocate(1), 0, 1));
		assertEquals(many.length, b.receivedDescriptors());
		assertFalse(b.truncated());
		for (int i = 0; i < many.length; i++)
			Linux.close(b.receivedDescriptor(i));
		Linux.close(fd);
	}

	@Test
	void descriptors_tooMany_truncatedIsTold() {
		int fd = eventfd(0);
		assertEquals(1, sendRaw(fd, MessageSocket.MAX_DESCRIPTORS + 1));
		assertEquals(1, b.receive(arena.allocate(1), 0, 1));
		assertTrue(b.truncated());
		assertEquals(MessageSocket.MAX_DESCRIPTORS, b.receivedDescriptors());
		for (int i = 0; i < b.receivedDescriptors(); i++)
			Linux.close(b.receivedDescriptor(i));
		a.send(bytes("x"), 0, 1);
		b.receive(arena.allocate(1), 0, 1);
		assertFalse(b.truncated(), "told once");
		Linux.close(fd);
	}

	/** What {@link MessageSocket#send} cannot: more descriptors than it receives. */
	private long sendRaw(int fd, int count) {
		long length = 16 + 4L * count;
		var control = arena.allocate(length + 8, 8);
		control.set(JAVA_LONG, 0, length);
		control.set(JAVA_INT, 8, Linux.SOL_SOCKET);
		control.set(JAVA_INT, 12, Linux.SCM_RIGHTS);
		for (int i = 0; i < count; i++)
			control.set(JAVA_INT, 16 + 4L * i, fd);
		var iovec = new Iovec(arena, 1);
		iovec.set(0, bytes("t").address(), 1);
		var message = arena.allocate(56, 8);
		message.set(JAVA_LONG, 16, iovec.address(0));
		message.set(JAVA_LONG, 24, 1);
		message.set(JAVA_LONG, 32, control.address());
		message.set(JAVA_LONG, 40, length + 7 & ~7L);
		return Linux.sendmsg(a.descriptor(), message.address(), Linux.MSG_NOSIGNAL);
	}

	@Test
	void peer_closed_endOfStreamAndNoSignal() {
		a.send(bytes("bye"), 0, 3);
		a.close();
		a.close();
		var room = arena.allocate(8);
		assertEquals(3, b.receive(room, 0, 8));
		assertEquals(0, b.receive(room, 0, 8));
		assertEquals(-Errno.EPIPE, b.send(room, 0, 1));
	}

	@Test
	void send_full_wouldBlock() {
		var block = arena.allocate(1 << 20);
		long total = 0;
		int n;
		while ((n = a.send(block, 0, block.byteSize())) > 0)
			total += n;
		assertEquals(-Errno.EAGAIN, n);
		for (long left = total; left > 0; left -= n) {
			n = b.receive(block, 0, block.byteSize());
			assertTrue(n > 0, "left " + left);
		}
	}
}
