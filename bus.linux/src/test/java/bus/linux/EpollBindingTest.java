package bus.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class EpollBindingTest {
	private static final int LIMIT = 10_000;

	private final Arena arena = Arena.ofConfined();
	private final Epoll epoll;

	EpollBindingTest() throws LinuxException {
		epoll = new Epoll(4);
	}

	@AfterEach
	void close() {
		epoll.close();
		arena.close();
	}

	private int event() throws LinuxException {
		return (int) LinuxException.check(Linux.eventfd(0), "eventfd");
	}

	private void ring(int fd) {
		assertEquals(8, Linux.write(fd, arena.allocateFrom(JAVA_LONG, 1).address(), 8));
	}

	@Test
	void events_ofSeveral_eachWithItsData() throws Exception {
		int a = event();
		int b = event();
		int silent = event();
		epoll.add(a, Epoll.IN, 0x1122_3344_5566_7788L);
		epoll.add(b, Epoll.IN, -1);
		epoll.add(silent, Epoll.IN, 3);
		assertEquals(0, epoll.await(0));
		ring(a);
		ring(b);
		assertEquals(2, epoll.await(LIMIT));
		assertEquals(Set.of(0x1122_3344_5566_7788L, -1L), new HashSet<>(Set.of(epoll.data(0), epoll.data(1))));
		assertEquals(Epoll.IN, epoll.events(0));
		assertEquals(Epoll.IN, epoll.events(1));
		for (int fd : new int[] { a, b, silent })
			Linux.close(fd);
	}

	@Test
	void levelTriggered_unread_comesAgain() throws Exception {
		int a = event();
		epoll.add(a, Epoll.IN, 1);
		ring(a);
		assertEquals(1, epoll.await(LIMIT));
		assertEquals(1, epoll.await(LIMIT));
		Linux.close(a);
	}

	@Test
	void edgeTriggered_unread_comesWithTheNextRing() throws Exception {
		int a = event();
		ring(a);
		epoll.add(a, Epoll.IN | Epoll.ET, 1);
		assertEquals(1, epoll.await(LIMIT), "what happened before add counts");
		assertEquals(0, epoll.await(0));
		ring(a);
		assertEquals(1, epoll.await(LIMIT));
		Linux.close(a);
	}

	@Test
	void modify_edgeTriggered_reportsWhatIsTrueAlready_withTheNewData() throws Exception {
		int a = event();
		epoll.add(a, Epoll.IN | Epoll.ET, 1);
		assertEquals(0, epoll.await(0));
		epoll.modify(a, Epoll.IN | Epoll.OUT | Epoll.ET, 2);
		assertEquals(1, epoll.await(LIMIT));
		assertEquals(Epoll.OUT, epoll.events(0));
		assertEquals(2, epoll.data(0));
		epoll.modify(a, Epoll.IN | Epoll.ET, 2);
		assertEquals(0, epoll.await(0));
		Linux.close(a);
	}

	@Test
	void modify_notWatched_refusedWithItsNumber() throws Exception {
		int a = event();
		var e = assertThrows(LinuxException.class, () -> epoll.modify(a, Epoll.IN, 1));
		assertTrue(e.getMessage().contains("epoll_ctl(MOD, " + a + ")"), e.getMessage());
		Linux.close(a);
	}

	@Test
	void remove_watched_silent() throws Exception {
		int a = event();
		epoll.add(a, Epoll.IN, 1);
		ring(a);
		assertTrue(epoll.remove(a));
		assertFalse(epoll.remove(a));
		assertEquals(0, epoll.await(0));
		Linux.close(a);
	}

	@Test
	void add_closedDescriptor_refusedWithItsNumber() {
		var e = assertThrows(LinuxException.class, () -> epoll.add(-1, Epoll.IN, 0));
		assertEquals(Errno.EBADF, e.errno());
		assertTrue(e.getMessage().contains("-1"), e.getMessage());
	}

	@Test
	void socket_writableAndPeerGone_seen() throws Exception {
		var pair = MessageSocket.pair();
		epoll.add(pair[0].descriptor(), Epoll.OUT | Epoll.RDHUP | Epoll.ET, 1);
		assertEquals(1, epoll.await(LIMIT));
		assertEquals(Epoll.OUT, epoll.events(0));
		pair[1].close();
		assertEquals(1, epoll.await(LIMIT));
		assertEquals(Epoll.HUP | Epoll.RDHUP, epoll.events(0) & (Epoll.HUP | Epoll.RDHUP));
		pair[0].close();
	}

	@Test
	void await_moreThanCapacity_inTurns() throws Exception {
		var fds = new int[6];
		for (int i = 0; i < fds.length; i++) {
			fds[i] = event();
			epoll.add(fds[i], Epoll.IN | Epoll.ET, i);
			ring(fds[i]);
		}
		assertEquals(4, epoll.await(LIMIT));
		assertEquals(2, epoll.await(LIMIT));
		for (int fd : fds)
			Linux.close(fd);
	}

	@Test
	void await_fromAnotherThread_wokenByRing() throws Exception {
		int a = event();
		epoll.add(a, Epoll.IN, 1);
		var result = new int[1];
		var waiter = Thread.ofPlatform().start(() -> {
			try {
				result[0] = epoll.await(-1);
			} catch (LinuxException e) {
				result[0] = -1;
			}
		});
		ring(a);
		waiter.join();
		assertEquals(1, result[0]);
		Linux.close(a);
	}
}
