package bus.vhostuser.loop;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

import bus.core.console.Loop;
import bus.core.console.LoopLost;
import bus.core.console.Scratch;
import bus.linux.Epoll;
import bus.linux.LinuxException;

/**
 * A bus's place at a loop: its watched descriptors, the tasks that others posted for it, and its turn. Any thread may
 * {@link #post}; the rest is the loop thread's.
 */
public final class Seat implements Loop {
	private static final System.Logger LOG = System.getLogger("bus.vhostuser");

	/** Tasks that wait for the loop; who posts to a full queue waits. */
	static final int TASKS = 1024;

	/** What a seat's owner does when it has its turn. */
	public interface Turn {
		/**
		 * @return whether it wants another one
		 */
		boolean take(Scratch scratch);
	}

	private final String name;
	private final TaskQueue tasks = new TaskQueue(TASKS);
	private final Map<Integer, DeviceLoop.Entry> watches = new HashMap<>();
	/** Set while the seat is in, or on its way into, the list of seats with tasks. */
	private final AtomicBoolean signalled = new AtomicBoolean();
	private Turn turn = scratch -> false;
	private boolean turnRequested;
	private Runnable tick = () -> {
	};
	private boolean tickRequested;
	/** Null if nothing of the seat's is to be looked at. */
	private Sight sight;
	private Polling polling = Polling.OFF;
	/** Set while the loop looks at the seat's sight. */
	private boolean enlisted;
	private volatile DeviceLoop loop;
	private volatile boolean closed;
	private volatile boolean justMoved;
	/** What its owner does first when it has moved because port code of its own did not return. */
	private Runnable blocked = () -> {
	};
	private volatile boolean justBlocked;

	Seat(String name, DeviceLoop loop) {
		this.name = name;
		this.loop = loop;
	}

	/** The bus's name, for messages. */
	public String name() {
		return name;
	}

	/** Sets what {@link #requestTurn} asks for. */
	public void turn(Turn newTurn) {
		this.turn = newTurn;
	}

	/** Sets what {@link #requestTick} asks for. */
	public void tick(Runnable newTick) {
		this.tick = newTick;
	}

	/** Sets what is done first when the seat had to leave its thread to port code of its own that does not return. */
	public void blocked(Runnable newBlocked) {
		this.blocked = newBlocked;
	}

	/** Has the loop look before it sleeps, as long as {@code newPolling} says. Loop thread. */
	public void look(Sight newSight, Polling newPolling) {
		this.sight = newSight;
		this.polling = newPolling;
	}

	Sight sight() {
		return sight;
	}

	Polling polling() {
		return polling;
	}

	boolean isEnlisted() {
		return enlisted;
	}

	void enlisted(boolean isEnlisted) {
		enlisted = isEnlisted;
	}

	DeviceLoop loop() {
		return loop;
	}

	@Override
	public boolean isCurrent() {
		return loop.isCurrentThread();
	}

	@Override
	public boolean post(Runnable task) {
		if (closed)
			return false;
		if (!tasks.offer(task))
			postToFull(task);
		if (closed && tasks.remove(task)) // it came after the last look at the queue: whoever waits for it must know
			return false;
		signal();
		return true;
	}

	/** A step for another seat's bus does not run in this one's port code: it would be on a thread that may lose either. */
	@Override
	public boolean run(Runnable step) {
		var mine = DeviceLoop.current();
		if (mine == null || mine != loop || mine.isInPortOfAnother(this))
			return post(step);
		boolean inPort;
		try {
			inPort = mine.hold();
		} catch (LoopLost e) {
			return post(step);
		}
		try {
			step.run();
		} finally {
			if (inPort)
				mine.letGo();
		}
		return true;
	}

	private void postToFull(Runnable task) {
		if (DeviceLoop.isLoopThread())
			throw new IllegalStateException("bus " + name + ": more than " + TASKS
					+ " tasks wait, and a loop thread cannot wait for a loop");
		signal();
		tasks.put(task);
	}

	/** Makes the loop look at this seat's tasks; again at its new loop if the seat moved meanwhile. */
	private void signal() {
		if (!signalled.compareAndSet(false, true))
			return;
		DeviceLoop target;
		do {
			target = loop;
			target.offer(this);
		} while (target != loop);
	}

	/** Runs the tasks that wait now; those they post wait for the next round. */
	void runTasks() {
		signalled.set(false); // before the queue is read: a task posted from here on signals anew
		if (justBlocked) {
			justBlocked = false;
			blocked.run();
		}
		if (justMoved) {
			justMoved = false;
			requestTurn(); // one may have been due at the old loop
		}
		for (int n = tasks.size(); n > 0; n--) {
			Runnable task = tasks.poll();
			if (task == null)
				return;
			perform(task);
		}
	}

	/** What fails must not take along what comes behind it: somebody waits for each. */
	private void perform(Runnable task) {
		try {
			task.run();
		} catch (LoopLost e) {
			throw e;
		} catch (RuntimeException | Error e) {
			LOG.log(System.Logger.Level.ERROR, "bus " + name + ": internal error, please report it", e);
		}
	}

	@Override
	public void requestTurn() {
		if (turnRequested)
			return;
		turnRequested = true;
		loop.enqueue(this);
	}

	void takeTurn(Scratch scratch) {
		turnRequested = false;
		boolean again = true; // also if it fails half-way: what is left to do would wait for somebody else's event
		try {
			again = turn.take(scratch);
		} catch (LoopLost e) {
			again = false; // the thread that has the seat now asks for itself
			throw e;
		} finally {
			if (again)
				requestTurn();
		}
	}

	@Override
	public void requestTick() {
		if (tickRequested)
			return;
		tickRequested = true;
		loop.tickLater(this);
	}

	void takeTick() {
		tickRequested = false;
		perform(tick);
	}

	@Override
	public void watch(int descriptor, Watch watch) throws LinuxException {
		watch(new DeviceLoop.Entry(this, descriptor, watch, DeviceLoop.WATCHED));
	}

	@Override
	public void watchReading(int descriptor, Watch watch) throws LinuxException {
		watch(new DeviceLoop.Entry(this, descriptor, watch, DeviceLoop.WATCHED & ~Epoll.OUT));
	}

	@Override
	public void watchWriting(int descriptor, boolean wanted) throws LinuxException {
		var entry = watches.get(descriptor);
		entry.events = wanted ? DeviceLoop.WATCHED : DeviceLoop.WATCHED & ~Epoll.OUT;
		boolean inPort = loop.hold();
		try {
			loop.modify(entry);
		} finally {
			if (inPort)
				loop.letGo();
		}
	}

	private void watch(DeviceLoop.Entry entry) throws LinuxException {
		boolean inPort = loop.hold();
		try {
			loop.add(entry);
			var stale = watches.put(entry.descriptor, entry);
			if (stale != null)
				loop.forget(stale);
		} finally {
			if (inPort)
				loop.letGo();
		}
	}

	@Override
	public void unwatch(int descriptor) {
		var entry = watches.remove(descriptor);
		if (entry == null)
			return;
		boolean inPort = loop.hold();
		loop.remove(entry);
		if (inPort)
			loop.letGo();
	}

	@Override
	public void enterPort() {
		loop.enterPort(this);
	}

	/** To the loop of this thread, which need not be the seat's any more. */
	@Override
	public long leavePort() {
		return DeviceLoop.current().leavePort();
	}

	/**
	 * Takes everything that belongs to the seat to another loop, whose thread has not started yet: it must not meet the
	 * seat half-way. The thread of the old one does not touch it.
	 */
	void moveTo(DeviceLoop target, boolean fromItsOwnPort) throws IOException {
		var from = loop;
		for (var entry : watches.values())
			from.remove(entry);
		loop = target;
		for (var entry : watches.values())
			target.add(entry);
		turnRequested = false;
		enlisted = false; // the turn that it gets there enlists it, if there is still something to look at
		if (tickRequested)
			target.tickLater(this);
		justMoved = true;
		justBlocked = fromItsOwnPort;
		signalled.set(true); // it may be listed at the old loop, which is stuck
		target.offer(this);
	}

	/** No task is taken any more; those that wait are run. Loop thread. */
	void close() {
		closed = true;
		for (var task = tasks.poll(); task != null; task = tasks.poll())
			perform(task);
	}

	/** Ends all watches. Loop thread. */
	void leave() {
		for (var entry : watches.values())
			loop.remove(entry);
		watches.clear();
		sight = null;
		tick = () -> {
		};
	}
}
