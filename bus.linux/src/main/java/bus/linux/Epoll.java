package bus.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** An epoll instance with the array its events arrive in. One thread waits; any thread may add and remove. */
public final class Epoll implements AutoCloseable {
	public static final int IN = 0x1;
	public static final int OUT = 0x4;
	public static final int ERR = 0x8;
	public static final int HUP = 0x10;
	public static final int RDHUP = 0x2000;
	/** Edge-triggered: one event for each change; a counter need not be read to be rung again. */
	public static final int ET = 1 << 31;

	private static final long EVENTS = 0;
	/** The kernel packs the structure on x86-64 only: 12 bytes, elsewhere 16 with the data at 8. */
	private static final boolean PACKED = !System.getProperty("os.arch").matches("aarch64|riscv64");
	private static final long DATA = PACKED ? 4 : 8;
	private static final long SIZE = PACKED ? 12 : 16;

	private final Arena arena = Arena.ofShared();
	private final MemorySegment ready;
	private final int capacity;
	private final int fd;

	/**
	 * @param capacity events that one {@link #await} can bring
	 */
	public Epoll(int capacity) throws LinuxException {
		this.capacity = capacity;
		this.fd = (int) LinuxException.check(Linux.epoll_create1(), "epoll_create1");
		this.ready = arena.allocate(SIZE * capacity, 8);
	}

	/**
	 * Watches a descriptor.
	 *
	 * @param events a union of the constants of this class
	 * @param data comes back with each event
	 */
	public void add(int watched, int events, long data) throws LinuxException {
		control(Linux.EPOLL_CTL_ADD, "ADD", watched, events, data);
	}

	/** Watches a descriptor for other events than before; those that are true already are reported. */
	public void modify(int watched, int events, long data) throws LinuxException {
		control(Linux.EPOLL_CTL_MOD, "MOD", watched, events, data);
	}

	private void control(int operation, String name, int watched, int events, long data) throws LinuxException {
		try (var scratch = Arena.ofConfined()) {
			var event = scratch.allocate(SIZE, 8);
			event.set(JAVA_INT, EVENTS, events);
			event.set(JAVA_LONG_UNALIGNED, DATA, data);
			long answer = Linux.epoll_ctl(fd, operation, watched, event.address());
			if (answer < 0)
				LinuxException.check(answer, "epoll_ctl(" + name + ", " + watched + ")");
		}
	}

	/**
	 * Ends a watch. To be called before the descriptor is closed: a number that another process still holds open stays
	 * watched otherwise.
	 *
	 * @return false if the descriptor was not watched
	 */
	public boolean remove(int watched) {
		return Linux.epoll_ctl(fd, Linux.EPOLL_CTL_DEL, watched, ready.address()) >= 0;
	}

	/**
	 * Waits for events.
	 *
	 * @param milliseconds at most so long; 0 not at all, -1 without end
	 * @return the number of events; 0 also when a signal ended the wait
	 */
	public int await(int milliseconds) throws LinuxException {
		long n = Linux.epoll_wait(fd, ready.address(), capacity, milliseconds);
		if (n == -Errno.EINTR)
			return 0;
		return (int) LinuxException.check(n, "epoll_wait");
	}

	/** What happened to the descriptor of event {@code index} of the last {@link #await}. */
	public int events(int index) {
		return ready.get(JAVA_INT, SIZE * index + EVENTS);
	}

	/** The number given to {@link #add} with the descriptor of event {@code index}. */
	public long data(int index) {
		return ready.get(JAVA_LONG_UNALIGNED, SIZE * index + DATA);
	}

	/** To be called by the waiting thread, or after it has ended. */
	@Override
	public void close() {
		Linux.close(fd);
		arena.close();
	}
}
