package bus.vhostuser.loop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import bus.core.console.Loop;
import bus.linux.Epoll;
import guest.driver.EventCounter;

/** How long a loop looks, with a clock that moves a microsecond whenever it is asked. */
@Timeout(60)
class LookoutTest {
	private static final long MICRO = TimeUnit.MICROSECONDS.toNanos(1);
	private static final long TOKEN = 7;

	private final EventCounter kick;
	private final EntryTable entries = new EntryTable();
	private final Ring ring = new Ring();
	private Epoll epoll;
	private Lookout lookout;
	private long now;

	/** A driver that offers something after so many looks, or else kicks so long after it was asked to. */
	private final class Ring implements Loop.Sight {
		boolean open = true;
		int looksBefore = Integer.MAX_VALUE;
		long microsBefore;
		boolean offeredMeanwhile;
		int looks;
		int rests;

		@Override
		public boolean isOpen() {
			return open;
		}

		@Override
		public boolean look() {
			looks++;
			return looksBefore-- == 0;
		}

		@Override
		public boolean rest() {
			rests++;
			if (offeredMeanwhile)
				return true;
			kick.ring();
			now += microsBefore * MICRO;
			return false;
		}
	}

	LookoutTest() throws IOException {
		kick = new EventCounter();
	}

	@BeforeEach
	void open() throws IOException {
		epoll = new Epoll(4);
		epoll.add(kick.descriptor(), Epoll.IN | Epoll.ET, TOKEN);
		epoll.await(0);
		lookout = new Lookout(epoll, entries, () -> now += MICRO);
	}

	@AfterEach
	void close() {
		epoll.close();
		kick.close();
	}

	private static Seat seat(Ring ring, int micros, int budget) {
		var seat = new Seat("vm", null);
		seat.look(ring, new Polling(micros, budget));
		return seat;
	}

	/** The seat has had its turn, and the loop waits: for how many looks. */
	private int await(Seat seat) throws IOException {
		int before = ring.looks;
		lookout.enlist(seat);
		lookout.await(-1);
		return ring.looks - before;
	}

	/** A kick that comes soon enough to have been found. */
	private void learn(Seat seat) throws IOException {
		ring.microsBefore = 1;
		await(seat);
	}

	/** Looks in vain until it looks no more. */
	private void forget(Seat seat) throws IOException {
		ring.microsBefore = 1000;
		while (await(seat) > 1)
			assertTrue(ring.rests < 1000);
	}

	@Test
	void await_nothingLearned_hasKicksSentAndSleeps() throws Exception {
		assertEquals(1, await(seat(ring, 50, 100)));
		assertEquals(1, ring.rests);
	}

	@Test
	void await_afterAShortSleep_looks() throws Exception {
		var seat = seat(ring, 50, 100);
		await(seat);
		ring.looksBefore = 3;
		assertEquals(4, await(seat));
		assertEquals(1, ring.rests, "it slept");
		assertTrue(seat.isEnlisted());
	}

	@Test
	void await_nothingFound_looksHalfAsLongUntilNotAtAll() throws Exception {
		var seat = seat(ring, 48, 100);
		learn(seat);
		ring.microsBefore = 1000;
		assertEquals(49, await(seat));
		assertEquals(25, await(seat));
		assertEquals(13, await(seat));
		assertEquals(7, await(seat));
		assertEquals(1, await(seat));
		assertEquals(1, await(seat));
	}

	@Test
	void await_found_looksLongerUpToTheLimit() throws Exception {
		var seat = seat(ring, 48, 100);
		learn(seat);
		ring.microsBefore = 1000;
		await(seat);
		await(seat);
		ring.looksBefore = 2;
		await(seat);
		assertEquals(25, await(seat));
		for (int i = 0; i < 4; i++) {
			ring.looksBefore = 2;
			await(seat);
		}
		assertEquals(49, await(seat));
	}

	/** So does a guest that can run only while this thread sleeps. */
	@Test
	void await_kicksThatComeSoonButNeverWhileItLooks_looksLessAndLessOften() throws Exception {
		var seat = seat(ring, 48, 100);
		ring.microsBefore = 1;
		int looked = 0;
		for (int i = 0; i < 10_000; i++)
			looked += await(seat) > 1 ? 1 : 0;
		assertTrue(looked < 10_000 / 12, "looked " + looked + " times");
		assertTrue(looked > 100, "looked " + looked + " times");
		ring.microsBefore = 1000;
		forget(seat);
	}

	@Test
	void await_offeredBeforeTheLastLook_doesNotSleep() throws Exception {
		var seat = seat(ring, 50, 100);
		ring.offeredMeanwhile = true;
		lookout.enlist(seat);
		assertEquals(0, lookout.await(-1));
		assertFalse(seat.isEnlisted());
	}

	@Test
	void await_looksThatLastLongerThanASleepCosts_takeNoMoreThanTheBudget() throws Exception {
		var seat = seat(ring, 50, 20);
		learn(seat);
		ring.offeredMeanwhile = true;
		long begin = now;
		long spent = lookout.spent();
		for (int i = 0; i < 1_000_000; i++) {
			ring.looksBefore = 40;
			await(seat);
		}
		spent = lookout.spent() - spent;
		long allowed = (now - begin + Lookout.SAVED_NANOS) / 5 + 52 * MICRO;
		assertTrue(spent <= allowed, spent + " ns of " + (now - begin) + ", allowed: " + allowed);
		assertTrue(spent > (now - begin) / 6, "it does not use its budget: " + spent + " ns of " + (now - begin));
	}

	@Test
	void await_looksThatSaveASleep_costNothing() throws Exception {
		var seat = seat(ring, 50, 1);
		learn(seat);
		long spent = lookout.spent();
		for (int i = 0; i < 10_000; i++) {
			ring.looksBefore = 10;
			await(seat);
		}
		assertEquals(spent, lookout.spent());
	}

	@Test
	void await_somethingInTheEpollWhileItLooks_isReported() throws Exception {
		var seat = seat(ring, 50, 100);
		learn(seat);
		int rests = ring.rests;
		lookout.enlist(seat);
		kick.ring();
		assertEquals(1, lookout.await(-1));
		assertEquals(TOKEN, epoll.data(0));
		assertEquals(rests, ring.rests, "it slept");
		assertEquals(51, await(seat), "a neighbour's event made the next look shorter");
	}

	@Test
	void await_neverIdle_hasKicksSentNowAndThen() throws Exception {
		var seat = seat(ring, 50, 100);
		lookout.enlist(seat);
		for (int i = 0; i < 2000; i++)
			lookout.await(0);
		assertEquals(1, ring.rests);
		assertFalse(seat.isEnlisted());
	}

	@Test
	void enlist_moreSeatsThanAreLookedAt_theirDriversKick() throws Exception {
		for (int i = 0; i < 100; i++)
			lookout.enlist(seat(ring, 50, 100));
		assertEquals(36, ring.rests);
	}
}
