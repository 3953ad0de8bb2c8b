package bus.core.virtio;

/**
 * Where a queue stands.
 *
 * @param next the first incomplete chain, as SET_VRING_BASE has it. Split: its available index, 0 to 65535. Packed: the
 *        index of its first descriptor in bits 0 to 14, the wrap counter in bit 15
 * @param offset bytes of that chain that are consumed
 */
public record RingPosition(int next, long offset) {

	/** Section 2.8.1: of a packed ring, both sides' counters are 1 before the first turn. */
	static final int WRAP = 1 << 15;

	/** Of a driver that has just begun. */
	public static RingPosition start(long features) {
		return new RingPosition(Feature.has(features, Feature.RING_PACKED) ? WRAP : 0, 0);
	}
}
