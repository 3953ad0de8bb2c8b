package bus.vhostuser.loop;

import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tasks in the order in which they came, up to a bound; who brings more waits. Not one of the JDK's: those take either the
 * memory of the full queue from the beginning, which a thousand idle buses would pay, or some for each task. Any thread.
 */
final class TaskQueue {
	private final int bound;
	private final ReentrantLock lock = new ReentrantLock();
	private final Condition room = lock.newCondition();
	private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

	TaskQueue(int bound) {
		this.bound = bound;
	}

	/** Takes a task if there is room. */
	boolean offer(Runnable task) {
		lock.lock();
		try {
			return tasks.size() < bound && tasks.add(task);
		} finally {
			lock.unlock();
		}
	}

	/** Waits for room, whoever interrupts: the task is part of a step that others count on. */
	void put(Runnable task) {
		lock.lock();
		try {
			while (tasks.size() >= bound)
				room.awaitUninterruptibly();
			tasks.add(task);
		} finally {
			lock.unlock();
		}
	}

	/** The oldest task; null if there is none. */
	Runnable poll() {
		lock.lock();
		try {
			room.signal();
			return tasks.poll();
		} finally {
			lock.unlock();
		}
	}

	/** Takes one back. */
	boolean remove(Runnable task) {
		lock.lock();
		try {
			room.signal();
			return tasks.remove(task);
		} finally {
			lock.unlock();
		}
	}

	int size() {
		lock.lock();
		try {
			return tasks.size();
		} finally {
			lock.unlock();
		}
	}
}
