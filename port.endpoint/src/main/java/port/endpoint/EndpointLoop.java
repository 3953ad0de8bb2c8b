package port.endpoint;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

import bus.linux.Epoll;
import bus.linux.Linux;
import bus.linux.LinuxException;

/**
 * The one thread of this bundle, for what the loops of buses must not be held up by: TLS, and connections that are being
 * made. It is there while somebody is {@linkplain #enter in}: a tunnel outlives the port that it was made for, so that
 * no port can own the thread. All methods but {@link #enter}, {@link #stay}, {@link #leave} and
 * {@link #post} are for the thread itself.
 */
final class EndpointLoop {
	/** For reads and writes of everything that the thread does. */
	static final int SCRATCH = 64 << 10;

	private static final System.Logger LOG = System.getLogger("port.endpoint");
	private static final Place PLACE = new Place();
	private static final long WAKE = 0;
	private static final int EVENTS = 64;

	/** Where the loop is found while there is one. */
	private static final class Place {
		private final ReentrantLock lock = new ReentrantLock();
		private EndpointLoop loop;
		private int users;
	}

	/** Something with a descriptor. */
	@FunctionalInterface
	interface Watcher {
		/** Edge-triggered: what has changed is told once. */
		void ready(int events);
	}

	/** A task that waits for its time. */
	record Alarm(long at, Runnable task) {
	}

	private final Epoll epoll;
	private final int wake;
	private final Arena arena = Arena.ofShared();
	private final MemorySegment scratch = arena.allocate(SCRATCH);
	private final ByteBuffer scratchBytes = scratch.asByteBuffer();
	private final MemorySegment one = arena.allocate(Long.BYTES, Long.BYTES);
	/** Bounded by who posts: each listener, connector and tunnel has a handful under way at most. */
	private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
	/** Threads that are about to ring: the last task of all may have run before its thread has rung for it. */
	private final AtomicInteger posting = new AtomicInteger();
	private final Map<Long, Watcher> watchers = new HashMap<>();
	private final Map<Integer, Long> numbers = new HashMap<>();
	private final PriorityQueue<Alarm> alarms = new PriorityQueue<>(Comparator.comparingLong(Alarm::at));
	private long lastNumber = WAKE;
	private boolean ended;

	private EndpointLoop() throws LinuxException {
		epoll = new Epoll(EVENTS);
		wake = (int) Linux.eventfd(0);
		try {
			LinuxException.check(wake, "eventfd");
			epoll.add(wake, Epoll.IN | Epoll.ET, WAKE);
		} catch (LinuxException e) {
			free();
			throw e;
		}
		one.set(JAVA_LONG, 0, 1);
		Thread.ofPlatform().daemon().name("port.endpoint").start(this::run);
	}

	// ---- any thread

	/** The loop, which is there until as many have left as have entered. */
	static EndpointLoop enter() throws IOException {
		PLACE.lock.lock();
		try {
			if (PLACE.loop == null)
				PLACE.loop = new EndpointLoop();
			PLACE.users++;
			return PLACE.loop;
		} finally {
			PLACE.lock.unlock();
		}
	}

	/** As {@link #enter}, for who is handed on by somebody who is in. */
	void stay() {
		PLACE.lock.lock();
		try {
			PLACE.users++;
		} finally {
			PLACE.lock.unlock();
		}
	}

	/** Nothing may be posted afterwards by who has left. */
	void leave() {
		PLACE.lock.lock();
		try {
			if (--PLACE.users > 0)
				return;
			PLACE.loop = null;
			post(() -> ended = true);
		} finally {
			PLACE.lock.unlock();
		}
	}

	/** Runs a task on the thread; in order. */
	void post(Runnable task) {
		posting.incrementAndGet();
		tasks.add(task);
		Linux.write(wake, one.address(), Long.BYTES);
		posting.decrementAndGet();
	}

	// ---- the thread

	/** Memory for one system call. */
	MemorySegment scratch() {
		return scratch;
	}

	ByteBuffer scratchBytes(int size) {
		return scratchBytes.clear().limit(size);
	}

	void watch(int descriptor, Watcher watcher) throws LinuxException {
		long number = ++lastNumber;
		epoll.add(descriptor, Epoll.IN | Epoll.OUT | Epoll.RDHUP | Epoll.ET, number);
		watchers.put(number, watcher);
		numbers.put(descriptor, number);
	}

	/** Ends the watch, if there is one. */
	void unwatch(int descriptor) {
		var number = numbers.remove(descriptor);
		if (number == null)
			return;
		watchers.remove(number);
		epoll.remove(descriptor);
	}

	void close(int descriptor) {
		unwatch(descriptor);
		Linux.close(descriptor);
	}

	Alarm after(long nanos, Runnable task) {
		var alarm = new Alarm(System.nanoTime() + nanos, task);
		alarms.add(alarm);
		return alarm;
	}

	/** No effect if it has rung. */
	void cancel(Alarm alarm) {
		alarms.removeIf(it -> it == alarm);
	}

	private void run() {
		try {
			while (!ended) {
				int n = epoll.await(patience());
				for (int i = 0; i < n; i++) {
					int events = epoll.events(i);
					var watcher = watchers.get(epoll.data(i)); // of one that has been closed just now there is none
					if (watcher != null)
						guarded(() -> watcher.ready(events));
				}
				for (int i = tasks.size(); i > 0; i--)
					guarded(tasks.remove());
				while (!alarms.isEmpty() && alarms.peek().at() - System.nanoTime() <= 0)
					guarded(alarms.remove().task());
			}
		} catch (LinuxException e) {
			LOG.log(System.Logger.Level.ERROR, "the thread of TLS has ended: " + e.getMessage());
		} finally {
			free();
		}
	}

	/** In milliseconds, rounded up: what is due in a moment is not asked for again and again until then. */
	private int patience() {
		if (!tasks.isEmpty())
			return 0;
		if (alarms.isEmpty())
			return -1;
		long nanos = alarms.peek().at() - System.nanoTime();
		return Math.clamp(TimeUnit.NANOSECONDS.toMillis(nanos) + 1, 0, Integer.MAX_VALUE);
	}

	/** One connection's mistake is not the others'. */
	private static void guarded(Runnable task) {
		try {
			task.run();
		} catch (RuntimeException | LinkageError e) {
			LOG.log(System.Logger.Level.ERROR, "a connection has failed", e);
		}
	}

	private void free() {
		while (posting.get() > 0)
			Thread.onSpinWait(); // or the number that they write to would be somebody else's
		epoll.close();
		Linux.close(wake); // of a negative number the kernel says so, and nothing happens
		arena.close();
	}
}
