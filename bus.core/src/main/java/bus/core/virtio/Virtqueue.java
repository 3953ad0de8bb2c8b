package bus.core.virtio;

/**
 * The device's side of a virtqueue, strictly in order, in whichever layout the driver has chosen.
 *
 * <p>Look first, complete later: {@link #fetch} copies what the driver offers into a {@link ChainBatch} and takes nothing;
 * {@link #consume} and {@link #fill} complete chains as bytes really move. What is not complete stays the queue's, with
 * the number of bytes already consumed of its first chain, so that a port that takes few bytes throttles the guest at the
 * byte and a queue that is stopped gives its exact position back.
 *
 * <p>Thread: the loop that owns the bus. Two implementations, so that a call of the hot path has at most two targets.
 */
public sealed interface Virtqueue permits SplitQueue {
	/** Sections 2.7 and 2.8: the largest queue. */
	int MAX_SIZE = 32768;

	/** Where the queue stands: the first incomplete chain and the bytes of it that are consumed. */
	RingPosition position();

	/** Whether a part of the first chain is consumed. */
	boolean isWithinChain();

	/** Forgets that a part of the first chain was consumed: a fresh driver has put something else there. */
	void forgetOffset();

	/**
	 * Condemns what the driver has offered so far: its reader is gone. {@link #fetch} still brings it, so that it can be
	 * counted and given back, but nothing behind it until then.
	 */
	void discardOffered();

	/** Whether the next chain is one of those that nobody is to have any more. */
	boolean isDiscarding();

	/**
	 * Snapshots the next chains, from the first incomplete one on, without taking them.
	 *
	 * @param writable whether the buffers that the device writes are wanted, or those that it reads; the others of a
	 *        chain are passed over, as section 5.3.6 forbids the driver to put them there
	 * @param maxSegments at most so many entries
	 * @param maxBytes no further chain is begun when so many bytes are reached
	 * @return chains in the batch
	 * @throws GuestViolationException if the driver broke a rule
	 */
	int fetch(ChainBatch batch, boolean writable, int maxSegments, long maxBytes);

	/** The device read {@code bytes} of the batch: completes the chains that are used up, remembers the rest. */
	void consume(ChainBatch batch, long bytes);

	/** The device wrote {@code bytes} into the batch: completes each chain that holds some, the last one short. */
	void fill(ChainBatch batch, long bytes);

	/** Shows the driver what was completed since the last call, so that it can refill while more is being moved. */
	void publish();

	/** Whether the driver wants to be told of what was published since this was last asked. */
	boolean isCallDue();

	/**
	 * Asks the driver for a kick when it offers more than was seen. To be called when {@link #fetch} found nothing.
	 *
	 * @return true if the driver has offered more meanwhile, so that the caller must look again
	 */
	boolean armKick();
}
