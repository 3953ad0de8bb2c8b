package bus.vhostuser.loop;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

import bus.core.console.Loop;

/**
 * The clock of a loop, which stands still while no seat asks for it: each that does is told once. A tick is late by what the
 * round before it takes, and by up to a tick if nothing else happens. Loop thread.
 */
final class Ticks {
	private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(Loop.TICK_MILLIS);

	/** Each at most once. */
	private final ArrayDeque<Seat> seats = new ArrayDeque<>();
	private long due;

	void add(Seat seat) {
		if (seats.isEmpty())
			due = System.nanoTime() + TICK_NANOS;
		seats.add(seat);
	}

	/** How long the loop may sleep, as {@code Epoll.await} has it. */
	int patience() {
		return seats.isEmpty() ? -1 : Loop.TICK_MILLIS;
	}

	/** Seats to be told now; they may ask again while they are. */
	int due() {
		long now = seats.isEmpty() ? 0 : System.nanoTime();
		if (seats.isEmpty() || now - due < 0)
			return 0;
		due = now + TICK_NANOS;
		return seats.size();
	}

	/** The next one. */
	Seat take() {
		return seats.poll();
	}
}
