package bus.vhostuser.loop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

import bus.core.console.Loop;

/**
 * All loops of the process: seats buses at them, and moves the neighbours of a bus whose port code blocks. Any thread.
 */
@Component(service = Loops.class)
public final class Loops {
	private static final System.Logger LOG = System.getLogger("bus.vhostuser");

	/** More loops than this share no work, they only cost threads; a bus that wants its own gets one besides. */
	private static final int SHARED_LOOPS = Math.min(Runtime.getRuntime().availableProcessors(), 4);

	/** How long port code may keep a loop before its neighbours leave. */
	static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
	private static final long WATCH_MILLIS = 100;

	/** A loop and who sits at it; guarded by {@link #lock}. */
	private record Table(DeviceLoop loop, List<Seat> seats, boolean shared) {
	}

	private final ReentrantLock lock = new ReentrantLock();
	private final Condition ended = lock.newCondition();
	private final List<Table> tables = new ArrayList<>();
	private final Thread watchdog = Thread.ofPlatform().daemon().name("vport watchdog").unstarted(this::watch);
	private boolean ending;
	private int numbered;

	@Activate
	public Loops() {
		watchdog.start();
	}

	/**
	 * Seats a bus.
	 *
	 * @param own whether it gets a loop of its own
	 */
	public Seat sit(String bus, boolean own) throws IOException {
		lock.lock();
		try {
			var table = own ? null : leastTaken();
			if (table == null) {
				table = newTable(!own);
				table.loop().start();
			}
			var seat = new Seat(bus, table.loop());
			table.seats().add(seat);
			return seat;
		} finally {
			lock.unlock();
		}
	}

	private Table leastTaken() {
		var shared = tables.stream().filter(Table::shared).toList();
		if (shared.size() < SHARED_LOOPS)
			return null;
		return shared.stream().min((a, b) -> Integer.compare(a.seats().size(), b.seats().size())).orElse(null);
	}

	/** The thread is the caller's to start. */
	private Table newTable(boolean shared) throws IOException {
		var table = new Table(new DeviceLoop("vport loop " + ++numbered), new ArrayList<>(), shared);
		tables.add(table);
		return table;
	}

	/**
	 * Gives a seat up, after a last task on its loop. Returns when that has run.
	 *
	 * @param last closes what the seat's owner watches
	 */
	public void leave(Seat seat, Runnable last) {
		var done = new CountDownLatch(1);
		boolean posted = seat.post(() -> {
			try {
				seat.close();
				last.run();
			} finally {
				seat.leave();
				done.countDown();
			}
		});
		if (!posted)
			return;
		awaitUninterruptibly(done);
		lock.lock();
		try {
			for (var table : List.copyOf(tables)) {
				table.seats().remove(seat);
				if (table.seats().isEmpty()) {
					tables.remove(table);
					table.loop().end();
				}
			}
		} finally {
			lock.unlock();
		}
	}

	private static void awaitUninterruptibly(CountDownLatch done) {
		boolean interrupted = false;
		while (true)
			try {
				done.await();
				break;
			} catch (InterruptedException e) {
				interrupted = true;
			}
		if (interrupted)
			Thread.currentThread().interrupt();
	}

	private void watch() {
		lock.lock();
		try {
			while (!ending) {
				for (var table : List.copyOf(tables))
					rescue(table);
				ended.await(WATCH_MILLIS, TimeUnit.MILLISECONDS);
			}
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		} finally {
			lock.unlock();
		}
	}

	private void rescue(Table table) {
		var stuck = table.loop().stuckLongerThan(PATIENCE_NANOS);
		if (stuck == null || !table.seats().contains(stuck))
			return;
		if (table.loop().stuckLongerThan(Loop.BLOCKED_NANOS) != null)
			abandon(table, stuck);
		else if (table.seats().size() > 1 && table.loop().steal())
			moveNeighbours(table, stuck);
	}

	/**
	 * Gives all seats of a loop to a fresh one, because its thread may never return: if the guest's driver spins for its
	 * console, the whole machine waits for this.
	 */
	private void abandon(Table table, Seat stuck) {
		Table fresh;
		try {
			fresh = newTable(table.shared());
		} catch (IOException e) {
			return; // no descriptor is to be had: the next look may find one
		}
		if (!table.loop().lose()) {
			tables.remove(fresh);
			fresh.loop().discard();
			return;
		}
		tables.remove(table);
		try {
			for (var seat : table.seats()) {
				fresh.seats().add(seat);
				seat.moveTo(fresh.loop(), seat == stuck);
			}
		} catch (IOException e) {
			LOG.log(System.Logger.Level.ERROR, "buses of " + table.loop().threadName() + " stand still: " + e.getMessage());
		} finally {
			fresh.loop().start();
		}
		LOG.log(System.Logger.Level.WARNING, "bus {0}: a port has kept {1} for too long; the bus goes on at {2} without it",
				stuck.name(), table.loop().threadName(), fresh.loop().threadName());
	}

	/** Moves the neighbours of a seat whose port blocks to a fresh loop. Nothing of theirs is being touched meanwhile. */
	private void moveNeighbours(Table table, Seat stuck) {
		try {
			var neighbours = table.seats().stream().filter(seat -> seat != stuck).toList();
			var fresh = newTable(table.shared());
			try {
				for (var seat : neighbours) {
					table.seats().remove(seat);
					fresh.seats().add(seat);
					seat.moveTo(fresh.loop(), false);
				}
			} finally {
				fresh.loop().start();
			}
			LOG.log(System.Logger.Level.WARNING, "bus {0}: a port blocks {1}; {2} other buses go on at {3}", stuck.name(),
					table.loop().threadName(), neighbours.size(), fresh.loop().threadName());
		} catch (IOException e) {
			LOG.log(System.Logger.Level.ERROR, "buses beside " + stuck.name() + " stand still: " + e.getMessage());
		} finally {
			table.loop().moved();
		}
	}

	/** Ends every loop; the buses have left. */
	@Deactivate
	public void end() {
		lock.lock();
		try {
			ending = true;
			ended.signalAll();
			tables.forEach(table -> table.loop().end());
			tables.clear();
		} finally {
			lock.unlock();
		}
	}
}
