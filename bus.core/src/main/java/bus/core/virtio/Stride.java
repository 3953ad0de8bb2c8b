package bus.core.virtio;

/**
 * Of a queue into which the driver writes a stream: it kicks for so many chains, not for the next one, and is called when it
 * may wait for that, not for all that it gets back. What is written one buffer at a time is then moved, shown and told in
 * dozens. With EVENT_IDX only (sections 2.7.7, 2.7.10 and 2.8.10).
 *
 * <p>A driver may want a call that it does not need: Linux' console driver looks for used buffers at each write, and waits for
 * the call only when its queue was full. Which driver waits cannot be seen, so no call is held back for good: whoever serves the
 * queue has a clock, and gives it a turn if it {@link #isLate}, two ticks after its last one at the latest. The same turn
 * brings what the driver has written without reaching the stride.
 *
 * <p>What is a stream is learned. The driver must have run ahead several times in a row, and nobody must have answered it: it
 * might wait for the next answer. Each stride that was not reached, so that somebody may have waited for the clock, makes that
 * four times as many; each that was, an eighth less.
 *
 * <p>Thread: that of its queue.
 */
public final class Stride {
	/** Measured: 16 save less. Of a queue of 128 four fifths are left to the driver until its kick is served. */
	private static final int CHAINS = 24;
	/** A stride of large buffers is shorter, so that what is to be copied is still in the processor's cache. */
	private static final int BYTES = 128 * 1024;
	/** Shorter ones are not worth a clock. */
	private static final int FEWEST_CHAINS = 4;
	/** In a smaller queue the driver would fill what is left of it before it is served. */
	private static final int SMALLEST_QUEUE = 64;
	private static final int FEWEST_AHEAD = 16;
	private static final int MOST_AHEAD = 4096;

	private final Virtqueue queue;
	private boolean possible;
	/** Of the driver's next kick; 0 while it kicks for each. */
	private int length;
	/** Chains of this turn. */
	private int moved;
	/** Chains so far that were not the first of their turns: nobody is called in a turn, so that their driver has not waited. */
	private int ahead;
	private int neededAhead = FEWEST_AHEAD;
	/** The queue has had a turn since the last tick. */
	private boolean served;
	private boolean late;
	/** The driver may wait for a call. */
	private boolean callWanted;

	Stride(Virtqueue queue) {
		this.queue = queue;
		this.possible = queue.eventIdx && queue.size >= SMALLEST_QUEUE;
	}

	/** Somebody looks at the ring all the time. */
	void forbid() {
		possible = false;
	}

	/** A turn begins. */
	public void begin() {
		if (length == 0) {
			ahead = Math.min(ahead + Math.max(0, moved - 1), MOST_AHEAD);
			moved = 0;
			return;
		}
		callWanted |= late;
		if (late && !queue.isOffering(length / 4))
			end();
		else if (queue.isOffering(length))
			neededAhead = Math.max(neededAhead - neededAhead / 8 - 1, FEWEST_AHEAD);
		late = false;
	}

	/**
	 * The batch was moved whole, and is published.
	 *
	 * @return whether the queue may be left alone until its driver kicks or it is late
	 */
	public boolean isEnough(ChainBatch batch) {
		moved += batch.chains();
		if (length == 0 && (!possible || ahead < neededAhead))
			return false;
		length = length(batch);
		if (length == 0)
			return false;
		served = true;
		boolean more = queue.armKick(length);
		// Was its queue full until it got this batch? The batch and what it offers now are the least that it had out then. Half
		// a queue will do: of chains of two descriptors that is all of it
		callWanted |= batch.chains() >= queue.size / 2 || queue.isOffering(queue.size / 2 - batch.chains());
		return !more;
	}

	private static int length(ChainBatch batch) {
		long fitting = BYTES / Math.max(1, batch.bytes() / batch.chains());
		return fitting < FEWEST_CHAINS ? 0 : (int) Math.min(fitting, CHAINS);
	}

	/** No stream: somebody waits. The next kick is asked for by whoever finds the queue empty. */
	public void end() {
		if (length > 0)
			neededAhead = Math.min(4 * neededAhead, MOST_AHEAD);
		pause();
		ahead = 0;
	}

	/** Nobody takes what is offered, and who will serves the queue: it needs no clock until then. */
	public void pause() {
		length = 0;
		moved = 0;
	}

	/** Whether the queue needs a clock. */
	public boolean isLong() {
		return length > 0;
	}

	/** The clock ticks: whether the queue is to have a turn because it has had none since the last tick. */
	public boolean isLate() {
		if (late) { // and has had no turn all the same: it is broken, or its driver stands still
			late = false;
			pause();
			return false;
		}
		late = !served;
		served = false;
		return late;
	}

	/** A turn is over: whether the driver is to be called for what it got. */
	boolean isCallWanted() {
		boolean wanted = callWanted || length == 0;
		callWanted = false;
		return wanted;
	}
}
