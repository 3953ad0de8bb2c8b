package guest.driver;

/** Bits of GET_PROTOCOL_FEATURES, as masks. */
public final class ProtocolFeature {
	public static final long MQ = 1;
	public static final long REPLY_ACK = 1 << 3;
	public static final long BACKEND_REQ = 1 << 5;
	public static final long CONFIG = 1 << 9;
	public static final long INFLIGHT_SHMFD = 1 << 12;
	public static final long RESET_DEVICE = 1 << 13;
	public static final long INBAND_NOTIFICATIONS = 1 << 14;
	public static final long CONFIGURE_MEM_SLOTS = 1 << 15;
	public static final long STATUS = 1 << 16;
	public static final long XEN_MMAP = 1 << 17;
	public static final long DEVICE_STATE = 1 << 19;
	public static final long GPA_ADDRESSES = 1 << 21;

	/**
	 * QEMU 11.1 takes all it is offered of bits 0 to 19, 21 and 22. The two that would end differently are left out.
	 */
	public static final long AS_QEMU = 0x6fffff & ~(INBAND_NOTIFICATIONS | XEN_MMAP);
	/** User-mode Linux: no MQ, memory as one table. */
	public static final long AS_UML = REPLY_ACK | BACKEND_REQ | CONFIG;

	private ProtocolFeature() {
	}
}
