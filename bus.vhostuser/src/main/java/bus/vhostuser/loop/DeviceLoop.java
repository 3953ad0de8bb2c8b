package bus.vhostuser.loop;

import java.lang.foreign.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import bus.core.console.Loop;
import bus.core.console.LoopLost;
import bus.core.console.Scratch;
import bus.linux.Epoll;
import bus.linux.LinuxException;

/**
 * One thread, one epoll, some seats. A round: wait; hand each event to its watch; run posted tasks; give each seat that
 * asked for it one turn.
 *
 * <p>While port code runs, the thread is {@link #IN_PORT}. If it stays there too long, {@link Loops} takes the loop's
 * other seats away by turning the state to {@link #STOLEN}; the thread, when it comes back, waits for {@link #MOVED}
 * before it touches anything but the seat it is working for. If it stays much longer, {@link Loops} takes that seat, too,
 * by turning the state to {@link #LOST}; the thread, when it comes back, unwinds and ends.
 */
final class DeviceLoop implements Runnable {
	private static final System.Logger LOG = System.getLogger("bus.vhostuser");

	static final int FREE = 0;
	static final int IN_PORT = 1;
	static final int STOLEN = 2;
	static final int MOVED = 3;
	static final int LOST = 4;

	private static final int EVENTS = 256;
	/** Seats whose tasks are run before events and turns are looked at again; a task may post the next one. */
	private static final int TASKS_PER_ROUND = 64;
	static final int WATCHED = Epoll.IN | Epoll.OUT | Epoll.RDHUP | Epoll.ET;
	private static final VarHandle STATE;

	static {
		try {
			STATE = MethodHandles.lookup().findVarHandle(DeviceLoop.class, "state", int.class);
		} catch (ReflectiveOperationException e) {
			throw new ExceptionInInitializerError(e);
		}
	}

	/** A watched descriptor. */
	static final class Entry {
		final Seat seat;
		final int descriptor;
		final Loop.Watch watch;
		int events;
		int index = -1;

		Entry(Seat seat, int descriptor, Loop.Watch watch, int events) {
			this.seat = seat;
			this.descriptor = descriptor;
			this.watch = watch;
			this.events = events;
		}
	}

	private final Epoll epoll = new Epoll(EVENTS);
	private final EntryTable entries = new EntryTable();
	private final Lookout lookout = new Lookout(epoll, entries, System::nanoTime);
	private final Ticks ticks = new Ticks();
	private final Scratch scratch = new Scratch(Arena.ofAuto());
	private final ArrayDeque<Seat> turns = new ArrayDeque<>();
	/** Seats with tasks: each at most once, so it is as bounded as the number of buses. */
	private final Queue<Seat> signalled = new ConcurrentLinkedQueue<>();
	private final WakeUp wakeUp;
	private final Thread thread;
	private int state = FREE;
	private volatile Seat inPort;
	private volatile long enteredNanos;
	private int depth;
	private volatile boolean ending;

	DeviceLoop(String name) throws LinuxException {
		wakeUp = new WakeUp();
		epoll.add(wakeUp.descriptor(), Epoll.IN | Epoll.ET, EntryTable.WAKE_UP);
		thread = new LoopThread(this, name);
	}

	/** So that a thread can tell that it must not wait for a loop. */
	private static final class LoopThread extends Thread {
		private final DeviceLoop loop;

		LoopThread(DeviceLoop loop, String name) {
			super(loop, name);
			this.loop = loop;
			setDaemon(true);
		}
	}

	/** The loop whose thread calls; null if it is none. */
	static DeviceLoop current() {
		return Thread.currentThread() instanceof LoopThread thread ? thread.loop : null;
	}

	static boolean isLoopThread() {
		return current() != null;
	}

	void start() {
		thread.start();
	}

	boolean isCurrentThread() {
		return Thread.currentThread() == thread;
	}

	@Override
	public void run() {
		try {
			while (!ending)
				guardedRound();
		} catch (LoopLost e) {
			LOG.log(System.Logger.Level.INFO, "{0} ended: the port that blocked it has returned", thread.getName());
		} catch (LinuxException e) {
			LOG.log(System.Logger.Level.ERROR, thread.getName() + " ended: " + e.getMessage(), e);
		} finally {
			discard();
		}
	}

	/** Closes what a loop has whose thread does not run. */
	void discard() {
		epoll.close();
		wakeUp.close();
	}

	/**
	 * A fault in mapped memory is reported by the JVM a little after the access, perhaps when the guarded calls below are
	 * over. The edges that the round had in hand are lost then, so that everybody has to look.
	 */
	private void guardedRound() throws LinuxException {
		try {
			round();
		} catch (LoopLost e) {
			throw e;
		} catch (RuntimeException | Error e) {
			LOG.log(System.Logger.Level.ERROR, thread.getName() + ": internal error, please report it", e);
			for (var entry : entries.all())
				if (entry.index >= 0)
					guarded(entry.seat, entry, Epoll.IN | Epoll.OUT);
		}
	}

	private void round() throws LinuxException {
		int n = lookout.await(!turns.isEmpty() || !signalled.isEmpty() ? 0 : ticks.patience());
		for (int i = 0; i < n; i++) {
			var entry = entries.get(epoll.data(i));
			if (entry != null)
				guarded(entry.seat, entry, epoll.events(i));
		}
		int seats = TASKS_PER_ROUND;
		for (var seat = signalled.poll(); seat != null; seat = --seats > 0 ? signalled.poll() : null)
			if (seat.loop() == this)
				guarded(seat, null, 0);
			else
				seat.loop().offer(seat); // it moved after it was put here
		for (int due = ticks.due(); due > 0; due--) {
			var seat = ticks.take();
			if (seat.loop() == this) // else it took its wish along
				seat.takeTick();
		}
		for (int waiting = turns.size(); waiting > 0 && !turns.isEmpty(); waiting--) {
			var seat = turns.poll();
			if (seat.loop() == this)
				turn(seat);
		}
	}

	/** The last line of defence: a mistake of ours costs one event of one bus, not all buses of the loop. */
	private static void guarded(Seat seat, Entry entry, int events) {
		try {
			if (entry == null)
				seat.runTasks();
			else
				entry.watch.ready(events);
		} catch (LoopLost e) {
			throw e;
		} catch (RuntimeException | Error e) {
			LOG.log(System.Logger.Level.ERROR, "bus " + seat.name() + ": internal error, please report it", e);
		}
	}

	private void turn(Seat seat) {
		try {
			seat.takeTurn(scratch);
			lookout.enlist(seat);
		} catch (LoopLost e) {
			throw e;
		} catch (RuntimeException | Error e) {
			LOG.log(System.Logger.Level.ERROR, "bus " + seat.name() + ": internal error, please report it", e);
		}
	}

	// ---- for the seats

	void enqueue(Seat seat) {
		turns.add(seat);
	}

	/** By this thread, or for a seat that is moved, when this thread touches nothing. */
	void tickLater(Seat seat) {
		ticks.add(seat);
	}

	/** Any thread. */
	void offer(Seat seat) {
		signalled.add(seat);
		wakeUp.ring();
	}

	/** By this thread, or for a seat that is moved, when this thread touches nothing. */
	void add(Entry entry) throws LinuxException {
		long token = entries.add(entry);
		try {
			epoll.add(entry.descriptor, entry.events, token);
		} catch (LinuxException e) {
			entries.remove(entry);
			throw e;
		}
	}

	/** Watches for the events that the entry has now. */
	void modify(Entry entry) throws LinuxException {
		epoll.modify(entry.descriptor, entry.events, entries.token(entry.index));
	}

	/** As {@link #add}. */
	void remove(Entry entry) {
		epoll.remove(entry.descriptor);
		entries.remove(entry);
	}

	/** Forgets a watch whose descriptor was closed before it was unwatched. */
	void forget(Entry entry) {
		entries.remove(entry);
	}

	void enterPort(Seat seat) {
		if (depth++ == 0) { // else a port's call led to another one: the outer one is being timed
			inPort = seat;
			enteredNanos = System.nanoTime();
		}
		STATE.setVolatile(this, IN_PORT);
	}

	long leavePort() {
		long took = System.nanoTime() - enteredNanos;
		takeBack();
		return --depth > 0 ? 0 : took;
	}

	/**
	 * Port code asks for something of the bus's or the loop's own, a watch for instance: no seat may be taken away in the
	 * middle of it.
	 *
	 * @return whether {@link #letGo} must follow
	 * @throws LoopLost if the seat that the thread works for has been taken away
	 */
	boolean hold() {
		if ((int) STATE.getVolatile(this) == FREE)
			return false;
		takeBack();
		return true;
	}

	/** Whether this thread runs port code of another seat's bus. */
	boolean isInPortOfAnother(Seat seat) {
		return depth > 0 && inPort != seat;
	}

	/** Back to port code; unless the seat was lost to code that was called meanwhile. */
	void letGo() {
		STATE.compareAndSet(this, FREE, IN_PORT);
	}

	private void takeBack() {
		while (true)
			switch ((int) STATE.getVolatile(this)) {
				case IN_PORT -> {
					if (STATE.compareAndSet(this, IN_PORT, FREE))
						return;
				}
				case MOVED -> {
					if (STATE.compareAndSet(this, MOVED, FREE)) {
						turns.removeIf(seat -> seat.loop() != this);
						lookout.forgetMoved(this);
						return;
					}
				}
				case LOST -> throw new LoopLost();
				default -> Thread.onSpinWait(); // the seats are being moved at this moment: microseconds
			}
	}

	// ---- for Loops

	/** The seat whose port has kept the thread since before {@code limitNanos}, or null. Any thread. */
	Seat stuckLongerThan(long limitNanos) {
		int now = (int) STATE.getVolatile(this);
		if (now != IN_PORT && now != MOVED || System.nanoTime() - enteredNanos < limitNanos)
			return null;
		return inPort;
	}

	/** Keeps the thread from touching other seats when it returns from port code; false if it has returned. */
	boolean steal() {
		return STATE.compareAndSet(this, IN_PORT, STOLEN);
	}

	/** Keeps the thread from touching anything when it returns from port code; false if it has returned. */
	boolean lose() {
		return STATE.compareAndSet(this, IN_PORT, LOST) || STATE.compareAndSet(this, MOVED, LOST);
	}

	void moved() {
		STATE.setVolatile(this, MOVED);
	}

	/** Ends the thread after its round. */
	void end() {
		ending = true;
		wakeUp.ring();
	}

	String threadName() {
		return thread.getName();
	}
}
