package bus.core.virtio;

/**
 * Where a queue stands.
 *
 * @param next the available index of the first incomplete chain, 0 to 65535
 * @param offset bytes of that chain that are consumed
 */
public record RingPosition(int next, long offset) {

	/** Of a driver that has just begun. */
	public static final RingPosition START = new RingPosition(0, 0);
}
