package bus.core.console;

import bus.core.virtio.Virtqueue;

/**
 * The queues whose rings were in use a moment ago and are empty now. Their drivers need not kick, so that somebody has to
 * look at them all the time. Loop thread.
 */
final class HotQueues implements Loop.Sight {
	/** A look at more costs more than their kicks: each is a cache line that a guest's processor has just written to. */
	static final int MOST = 64;

	private final Queues queues;
	private final int[] hot = new int[MOST];
	private final boolean[] listed;
	private int count;

	HotQueues(Queues queues, int queueCount) {
		this.queues = queues;
		this.listed = new boolean[queueCount];
	}

	/** A queue has begun to wait, or still waits. */
	void add(int queue, Virtqueue ring) {
		if (listed[queue])
			return;
		if (count == MOST) {
			rest(queue, ring);
			return;
		}
		listed[queue] = true;
		hot[count++] = queue;
	}

	@Override
	public boolean isOpen() {
		return count > 0;
	}

	@Override
	public boolean look() {
		boolean found = false;
		for (int i = count - 1; i >= 0; i--) {
			int queue = hot[i];
			var ring = queues.waiting(queue);
			boolean offers = ring != null && offers(queue, ring);
			if (ring != null && !offers)
				continue;
			hot[i] = hot[--count];
			listed[queue] = false;
			found |= offers;
			if (offers)
				queues.kick(queue);
		}
		return found;
	}

	private boolean offers(int queue, Virtqueue ring) {
		try {
			return ring.isOffering();
		} catch (InternalError e) {
			queues.lost(queue, e);
			return false;
		}
	}

	@Override
	public boolean rest() {
		boolean found = false;
		while (count > 0) {
			int queue = hot[--count];
			listed[queue] = false;
			var ring = queues.waiting(queue);
			found |= ring != null && rest(queue, ring);
		}
		return found;
	}

	private boolean rest(int queue, Virtqueue ring) {
		try {
			if (!ring.rest())
				return false;
			queues.kick(queue);
			return true;
		} catch (InternalError e) {
			queues.lost(queue, e);
			return false;
		}
	}
}
