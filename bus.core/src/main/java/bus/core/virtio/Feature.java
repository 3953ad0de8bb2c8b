package bus.core.virtio;

/** Feature bits that are not a device type's own (virtio 1.3, section 6), as masks. */
public final class Feature {
	public static final long INDIRECT_DESC = 1L << 28;
	public static final long EVENT_IDX = 1L << 29;
	public static final long VERSION_1 = 1L << 32;
	public static final long RING_PACKED = 1L << 34;
	public static final long IN_ORDER = 1L << 35;

	private Feature() {
	}

	/** Whether {@code features} holds the one bit {@code feature}. */
	public static boolean has(long features, long feature) {
		return (features & feature) != 0;
	}
}
