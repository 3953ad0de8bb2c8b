package port.endpoint;

import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import bus.api.GuestPort;
import bus.linux.Epoll;
import bus.linux.Linux;
import bus.linux.LinuxException;

/** A loop of a bus as far as endpoints need one: watches and tasks, on a thread of its own. */
final class TestGuest implements GuestPort {
	private final Epoll epoll = new Epoll(16);
	private final Map<Long, Runnable> watches = new HashMap<>();
	private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
	private final Thread thread;
	private final Map<String, Integer> kept;
	private volatile boolean unplugged;

	TestGuest() throws LinuxException {
		this(new HashMap<>());
	}

	/** @param kept what an earlier instance has left, and where this one leaves its own */
	TestGuest(Map<String, Integer> kept) throws LinuxException {
		this.kept = kept;
		thread = Thread.ofPlatform().daemon().name("test loop").start(this::run);
	}

	private void run() {
		try {
			while (!unplugged) {
				int n = epoll.await(5);
				for (int i = 0; i < n; i++)
					watches.getOrDefault(epoll.data(i), () -> {
					}).run();
				for (var task = tasks.poll(); task != null; task = tasks.poll())
					task.run();
			}
		} catch (LinuxException e) {
			throw new AssertionError(e);
		}
	}

	/** Ends the loop, as unplugging does: what is asked for afterwards is dropped. */
	void unplug() {
		unplugged = true;
		try {
			thread.join();
		} catch (InterruptedException e) {
			throw new AssertionError(e);
		}
		tasks.clear();
		epoll.close();
	}

	@Override
	public void watch(int descriptor, Runnable ready) {
		execute(() -> {
			watches.put((long) descriptor, ready);
			try {
				epoll.add(descriptor, Epoll.IN | Epoll.OUT | Epoll.RDHUP | Epoll.ET, descriptor);
			} catch (LinuxException e) {
				throw new AssertionError(e);
			}
		});
	}

	@Override
	public void unwatch(int descriptor) {
		watches.remove((long) descriptor);
		epoll.remove(descriptor);
	}

	@Override
	public void execute(Runnable task) {
		if (!unplugged)
			tasks.add(task);
	}

	@Override
	public void keep(String key, int descriptor) {
		kept.put(key, descriptor);
	}

	@Override
	public int kept(String key) {
		var descriptor = kept.remove(key);
		return descriptor == null ? -1 : descriptor;
	}

	/** What nobody has asked for. */
	void closeKept() {
		kept.values().forEach(Linux::close);
		kept.clear();
	}

	@Override
	public String bus() {
		return "vm1";
	}

	@Override
	public int id() {
		return 1;
	}

	@Override
	public String name() {
		return "org.example.x";
	}

	@Override
	public boolean guestOpen() {
		return true;
	}

	@Override
	public void open() {
		throw new AssertionError();
	}

	@Override
	public void close() {
		throw new AssertionError();
	}

	@Override
	public void readable() {
		throw new AssertionError();
	}

	@Override
	public void writable() {
		throw new AssertionError();
	}

	@Override
	public void resize(int columns, int rows) {
		throw new AssertionError();
	}

	@Override
	public void attach(int descriptor) {
		throw new AssertionError();
	}

	@Override
	public void attach(int descriptor, String key) {
		throw new AssertionError();
	}

	@Override
	public void detach() {
		throw new AssertionError();
	}
}
