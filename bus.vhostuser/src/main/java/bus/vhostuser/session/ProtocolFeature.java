package bus.vhostuser.session;

/** Protocol feature bits of vhost-user that this back-end knows, as masks. */
final class ProtocolFeature {
	static final long MQ = 1L;
	static final long REPLY_ACK = 1L << 3;
	static final long BACKEND_REQ = 1L << 5;
	static final long CONFIG = 1L << 9;
	static final long INFLIGHT_SHMFD = 1L << 12;
	static final long RESET_DEVICE = 1L << 13;
	static final long CONFIGURE_MEM_SLOTS = 1L << 15;
	static final long DEVICE_STATE = 1L << 19;

	/**
	 * What is offered. QEMU takes every bit below its newest without looking, even those that it cannot do (in-band
	 * notifications, Xen mappings), so nothing is offered that no monitor needs, or that QEMU could come to grief with.
	 */
	static final long OFFERED = MQ | REPLY_ACK | BACKEND_REQ | CONFIG | INFLIGHT_SHMFD | RESET_DEVICE
			| CONFIGURE_MEM_SLOTS | DEVICE_STATE;

	private ProtocolFeature() {
	}
}
