package bus.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class PtyBindingTest {

	private static int openSlave(Pty pty) throws LinuxException {
		return (int) LinuxException.check(Linux.open(pty.slave(), Linux.O_RDWR | Linux.O_NOCTTY | Linux.O_NONBLOCK, 0),
				"open(" + pty.slave() + ")");
	}

	/** Every byte there is, in one direction. */
	private static void assertAllBytesCross(int from, int to, Arena arena) throws LinuxException {
		var all = arena.allocate(256);
		for (int i = 0; i < 256; i++)
			all.set(JAVA_BYTE, i, (byte) i);
		assertEquals(256, Linux.write(from, all.address(), 256));
		var back = arena.allocate(300);
		long done = 0;
		try (var epoll = new Epoll(1)) {
			epoll.add(to, Epoll.IN, 0);
			while (done < 256) {
				assertEquals(1, epoll.await(10_000), "after " + done + " bytes");
				done += LinuxException.check(Linux.read(to, back.address() + done, 300 - done), "read");
			}
		}
		assertArrayEquals(all.toArray(JAVA_BYTE), back.asSlice(0, done).toArray(JAVA_BYTE));
	}

	@Test
	void bytes_bothWays_raw() throws Exception {
		try (var pty = Pty.open(); var arena = Arena.ofConfined()) {
			int slave = openSlave(pty);
			assertAllBytesCross(pty.master(), slave, arena);
			assertAllBytesCross(slave, pty.master(), arena);
			assertEquals(-Errno.EAGAIN, Linux.read(pty.master(), arena.allocate(1).address(), 1), "no echo came back");
			Linux.close(slave);
		}
	}

	@Test
	void master_flags_closeOnExecAndNonBlocking() throws Exception {
		try (var pty = Pty.open()) {
			assertEquals(1, Linux.fcntl(pty.master(), Linux.F_GETFD, 0));
			assertTrue((Linux.fcntl(pty.master(), Linux.F_GETFL, 0) & Linux.O_NONBLOCK) != 0);
		}
	}

	@Test
	void bytes_beforeTheSlaveIsOpen_notLost() throws Exception {
		try (var pty = Pty.open(); var arena = Arena.ofConfined()) {
			var byteOut = arena.allocateFrom(JAVA_BYTE, (byte) 'e');
			assertEquals(1, Linux.write(pty.master(), byteOut.address(), 1));
			int slave = openSlave(pty);
			var room = arena.allocate(4);
			assertEquals(1, Linux.read(slave, room.address(), 4));
			assertEquals('e', room.get(JAVA_BYTE, 0));
			Linux.close(slave);
		}
	}

	@Test
	void slave_closed_masterSaysSo() throws Exception {
		try (var pty = Pty.open(); var arena = Arena.ofConfined()) {
			Linux.close(openSlave(pty));
			assertEquals(-Errno.EIO, Linux.read(pty.master(), arena.allocate(1).address(), 1));
			int again = openSlave(pty);
			assertEquals(-Errno.EAGAIN, Linux.read(pty.master(), arena.allocate(1).address(), 1));
			Linux.close(again);
		}
	}

	@Test
	void windowSize_setBySlave_seen() throws Exception {
		try (var pty = Pty.open(); var arena = Arena.ofConfined()) {
			int slave = openSlave(pty);
			var size = arena.allocate(8, 2);
			size.set(JAVA_SHORT, 0, (short) 44);
			size.set(JAVA_SHORT, 2, (short) 111);
			assertEquals(0, Linux.ioctl(slave, Linux.TIOCSWINSZ, size.address()));
			assertEquals(111, pty.windowSize() & 0xffff);
			assertEquals(44, pty.windowSize() >>> 16);
			Linux.close(slave);
		}
	}
}
