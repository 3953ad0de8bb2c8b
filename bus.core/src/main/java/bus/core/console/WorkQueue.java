package bus.core.console;

/** The queues that wait for a turn, each at most once, first come first served. Loop thread. */
final class WorkQueue {
	private final int[] ring;
	private final boolean[] waits;
	private int first;
	private int count;

	WorkQueue(int queues) {
		ring = new int[queues];
		waits = new boolean[queues];
	}

	void add(int queue) {
		if (waits[queue])
			return;
		waits[queue] = true;
		ring[(first + count++) % ring.length] = queue;
	}

	/** Takes the queue that waits longest; there must be one. */
	int take() {
		int queue = ring[first];
		first = (first + 1) % ring.length;
		count--;
		waits[queue] = false;
		return queue;
	}

	int size() {
		return count;
	}
}
