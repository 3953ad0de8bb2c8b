package bus.vhostuser.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The process's limit of open descriptors, and what machines need of them. A machine is refused while it can still be told:
 * when its first descriptors come, not when its guest starts and one is missing. Any thread.
 *
 * <p>The kernel gives the lowest free number, so that one which has just come tells how many are in use at least.
 */
public final class Descriptors {
	/** Kept free for what else a process opens at times: clients of ports, files, the next machine's connection. */
	static final int SPARE = 48;

	private static final Path LIMITS = Path.of("/proc/self/limits");
	private static final String LINE = "Max open files";
	/** Of machines that have named their queues, and whose guests have not started them: each brings one more. */
	private static final AtomicInteger KICKS_TO_COME = new AtomicInteger();
	private static volatile int limit = read(Integer.MAX_VALUE);

	private Descriptors() {
	}

	/** How many descriptors this process may have; with what was last known if there is not even one to ask with. */
	public static int limit() {
		limit = read(limit);
		return limit;
	}

	private static int read(int otherwise) {
		try {
			return Files.readAllLines(LIMITS).stream().filter(line -> line.startsWith(LINE))
					.map(line -> line.substring(LINE.length()).strip().split(" +")[0])
					.map(soft -> "unlimited".equals(soft) ? Integer.MAX_VALUE : Integer.parseInt(soft)).findFirst()
					.orElse(otherwise);
		} catch (IOException | NumberFormatException e) {
			return otherwise;
		}
	}

	/** What a bus needs while a QEMU is there: its socket, the connection, the back-end's channel, three for each queue. */
	public static int needed(int queues) {
		return 3 + 3 * queues;
	}

	/** A machine has named so many queues more, or stopped them; fewer if negative. */
	static void kicksToCome(int more) {
		KICKS_TO_COME.addAndGet(more);
	}

	/**
	 * @param newest a descriptor that has just come
	 * @return whether there is room for what is still to come
	 */
	public static boolean areLeft(int newest) {
		long used = (long) newest + KICKS_TO_COME.get() + SPARE;
		return used < limit || used < limit(); // it may have been raised meanwhile, with prlimit
	}

	/** What is wrong, and what helps, in one line. */
	public static String shortage(int queues) {
		return "descriptors run out, limit=" + limit + ": its bus needs up to " + needed(queues)
				+ " (3 + 3 for each of queues=" + queues + ") beside what its ports open; raise the limit with 'ulimit -n' or"
				+ " LimitNOFILE=, or let other machines go first";
	}
}
