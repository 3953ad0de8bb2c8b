package bus.core.console;

import bus.core.virtio.RingPosition;

/**
 * Takes notes for the process that comes after this one, should this one end without a word. Never called where bytes
 * move, only at the end of a turn. Loop thread.
 */
public interface Recorder {

	/**
	 * A queue's turn has ended within a chain, or for the first time no longer does.
	 *
	 * @param position with an offset of 0 if it does not
	 */
	void begun(int queue, RingPosition position);

	/** Driver and device know something new of each other. The queues that have begun chains are not in the state. */
	void known(DeviceState state);
}
