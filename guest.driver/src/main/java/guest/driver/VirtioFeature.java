package guest.driver;

/** Feature bits of virtio and of its console device, as masks. */
public final class VirtioFeature {
	public static final long SIZE = 1L;
	public static final long MULTIPORT = 1L << 1;
	public static final long EMERG_WRITE = 1L << 2;
	public static final long INDIRECT_DESC = 1L << 28;
	public static final long EVENT_IDX = 1L << 29;
	public static final long VERSION_1 = 1L << 32;
	public static final long RING_PACKED = 1L << 34;
	public static final long IN_ORDER = 1L << 35;

	/** What Linux takes, never more: it uses the emergency write without taking the bit. IN_ORDER only since 2026. */
	public static final long AS_LINUX = SIZE | MULTIPORT | INDIRECT_DESC | EVENT_IDX | VERSION_1 | RING_PACKED;

	private VirtioFeature() {
	}
}
