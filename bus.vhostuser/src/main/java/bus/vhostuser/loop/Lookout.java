package bus.vhostuser.loop;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import bus.linux.Epoll;
import bus.linux.LinuxException;

/**
 * How a loop waits. With nothing to look at it sleeps in its epoll. If rings were in use a moment ago, it looks at them for
 * a while before: the drivers of these need not kick, and nobody needs to be woken. Loop thread.
 *
 * <p>How long it looks is learned. It tries when it has slept so shortly that looking would have found the same; looks
 * longer after it found something, half as long after it found nothing, and in the end not at all. Each time that this
 * happens it sleeps more often before it tries again: a guest that has to share its processor with this thread answers
 * soon after the thread has gone to sleep, and never before. What looking costs without saving a sleep is paid out of a
 * budget, which fills with time.
 */
final class Lookout {
	private static final int NOTHING = -1;
	/** Measured: asking the kernel costs 0.2 µs, a look at a ring 0.05; so seldom, the kernel takes a twentieth of the time. */
	private static final long GLANCE_NANOS = 4_000;
	private static final long SHORTEST_NANOS = 4_000;
	private static final int MOST_SHORT_SLEEPS = 64;
	/** What to sleep and to be woken costs on both sides, roughly; looking that finds something sooner was for free. */
	private static final long SLEEP_COSTS_NANOS = 20_000;
	/** The budget of so much time can be spent at once. */
	static final long SAVED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
	/** A loop that is never idle asks after so many rounds for the kicks of the queues that are. */
	private static final int ROUNDS = 1024;
	/** Seats with more than these are not looked at: a sweep is to take no longer than a kick. */
	private static final int MOST_SEATS = 64;

	private final Epoll epoll;
	private final EntryTable entries;
	private final LongSupplier clock;
	private final List<Seat> seats = new ArrayList<>(MOST_SEATS);
	private long limit;
	private int budget;
	private long window;
	/** Short sleeps that are still to come before it tries again, and how many there will be the next time. */
	private int shortSleeps;
	private int nextShortSleeps;
	private long allowance;
	private long refilled;
	private long glanced;
	private int rounds;
	private long spent;

	/**
	 * @param clock nanoseconds
	 */
	Lookout(Epoll epoll, EntryTable entries, LongSupplier clock) {
		this.epoll = epoll;
		this.entries = entries;
		this.clock = clock;
		this.refilled = clock.getAsLong() - SAVED_NANOS;
	}

	/** A seat has had its turn: there may be something to look at. */
	void enlist(Seat seat) {
		if (seat.isEnlisted() || seat.sight() == null || !seat.sight().isOpen())
			return;
		if (seats.size() == MOST_SEATS) {
			seat.sight().rest();
			return;
		}
		if (seats.isEmpty()) {
			limit = 0;
			budget = 0;
		}
		seat.enlisted(true);
		seats.add(seat);
		limit = Math.max(limit, TimeUnit.MICROSECONDS.toNanos(seat.polling().micros()));
		budget = Math.max(budget, seat.polling().budget());
	}

	/** Drops the seats that other loops have by now: what becomes of them is no longer this thread's business. */
	void forgetMoved(DeviceLoop loop) {
		seats.removeIf(seat -> seat.loop() != loop);
	}

	/**
	 * Waits for events.
	 *
	 * @param patience at most so many milliseconds; 0 while somebody wants a turn, -1 without end
	 * @return events in the epoll; 0 also when something was found that is none, and has requested a turn
	 */
	int await(int patience) throws LinuxException {
		if (seats.isEmpty())
			return epoll.await(patience);
		boolean busy = patience == 0;
		boolean found = busy && ++rounds % ROUNDS == 0 ? rest() : sweep();
		if (found || busy)
			return glance(clock.getAsLong());
		long began = clock.getAsLong();
		int events = look(began);
		if (events != NOTHING)
			return events;
		// from here on the drivers kick: a chain that comes before rest() has looked for the last time is found by it, one
		// that comes later rings an eventfd, and the epoll remembers that if the thread does not sleep yet
		if (rest())
			return 0;
		events = epoll.await(patience);
		slept(clock.getAsLong() - began);
		return events;
	}

	/** Descriptors of the host side, tasks and the loop's end have nothing but the epoll, so they must not starve. */
	private int glance(long now) throws LinuxException {
		if (now - glanced < GLANCE_NANOS)
			return 0;
		glanced = now;
		return epoll.await(0);
	}

	/** Looks for at most the time that it has learned. */
	private int look(long began) throws LinuxException {
		window = Math.min(window, limit); // of the seats that are here now
		if (window == 0 || !isAffordable(began))
			return NOTHING;
		boolean found = false;
		int events = 0;
		long took = 0;
		while (!found && events == 0 && took < window) {
			Thread.onSpinWait();
			found = sweep();
			long now = clock.getAsLong();
			took = now - began;
			if (!found)
				events = glance(now);
		}
		boolean paid = found || isOurs(events);
		charge(paid ? Math.max(0, took - SLEEP_COSTS_NANOS) : took);
		if (paid)
			lookLonger();
		else if (events == 0)
			lookShorter(); // else it was cut short for a neighbour, and says nothing
		return found || events > 0 ? events : NOTHING;
	}

	/** Whether one of the events is for a seat that is looked at; a neighbour that does not want this does not prolong it. */
	private boolean isOurs(int events) {
		for (int i = 0; i < events; i++) {
			var entry = entries.get(epoll.data(i));
			if (entry != null && entry.seat.isEnlisted())
				return true;
		}
		return false;
	}

	private void lookLonger() {
		window = Math.min(2 * window, limit);
		nextShortSleeps = 0;
	}

	private void lookShorter() {
		window /= 2;
		if (window >= SHORTEST_NANOS)
			return;
		window = 0;
		shortSleeps = nextShortSleeps;
		nextShortSleeps = Math.min(2 * nextShortSleeps + 1, MOST_SHORT_SLEEPS);
	}

	/** The loop has waited without looking; the end of the wait was there before the thread was woken for it. */
	private void slept(long waited) {
		if (window == 0 && waited - SLEEP_COSTS_NANOS <= limit && --shortSleeps < 0)
			window = limit;
	}

	private boolean isAffordable(long now) {
		long gained = Math.min(now - refilled, SAVED_NANOS) * budget / 100;
		allowance = Math.min(allowance + gained, SAVED_NANOS * budget / 100);
		refilled = now;
		return allowance > 0;
	}

	private void charge(long nanos) {
		allowance -= nanos;
		spent += nanos;
	}

	private boolean sweep() {
		boolean found = false;
		for (int i = seats.size() - 1; i >= 0; i--) {
			var seat = seats.get(i);
			found |= seat.sight() != null && seat.sight().look();
			if (seat.sight() == null || !seat.sight().isOpen())
				dismiss(i);
		}
		return found;
	}

	private boolean rest() {
		boolean found = false;
		for (int i = seats.size() - 1; i >= 0; i--) {
			var seat = seats.get(i);
			found |= seat.sight() != null && seat.sight().rest();
			dismiss(i);
		}
		return found;
	}

	/** From the end of the list: the one that takes its place was looked at before. */
	private void dismiss(int place) {
		seats.get(place).enlisted(false);
		seats.set(place, seats.getLast());
		seats.removeLast();
	}

	/** Nanoseconds that looking has cost without saving a sleep. */
	long spent() {
		return spent;
	}
}
