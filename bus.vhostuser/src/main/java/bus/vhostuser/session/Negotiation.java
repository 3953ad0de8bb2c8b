package bus.vhostuser.session;

import bus.core.console.ConsoleDevice;

/** What front-end and back-end agree on: owner, features, number of queues; and the configuration space. Loop thread. */
final class Negotiation {
	private static final System.Logger LOG = System.getLogger("bus.vhostuser");

	/** VHOST_USER_F_PROTOCOL_FEATURES; QEMU does not work without it. */
	private static final long F_PROTOCOL_FEATURES = 1L << 30;

	private final String bus;
	private final ConsoleDevice device;
	private final Vrings vrings;
	private final Runnable beginAnew;
	private long features;
	private long protocolFeatures;
	private boolean featuresSet;
	private boolean protocolFeaturesSet;
	private boolean owned;
	private boolean queuesSettled;

	/**
	 * @param beginAnew forgets all that the front-end said on this connection, here too
	 */
	Negotiation(String bus, ConsoleDevice device, Vrings vrings, Runnable beginAnew) {
		this.bus = bus;
		this.device = device;
		this.vrings = vrings;
		this.beginAnew = beginAnew;
	}

	void forget() {
		features = 0;
		protocolFeatures = 0;
		featuresSet = false;
		protocolFeaturesSet = false;
		owned = false;
		queuesSettled = false;
	}

	/** The negotiated virtio features. */
	long features() {
		return features;
	}

	boolean has(long protocolFeature) {
		return (protocolFeatures & protocolFeature) != 0;
	}

	/** The number of queues that the front-end gave; 0 if it has not said. */
	int queues() {
		return queuesSettled ? vrings.given() : 0;
	}

	Reply getFeatures() {
		return Reply.of(device.offeredFeatures() | F_PROTOCOL_FEATURES);
	}

	Reply setFeatures(Message m) throws RefusedException {
		long wanted = m.u64(0);
		long unknown = wanted & ~(device.offeredFeatures() | F_PROTOCOL_FEATURES);
		if (unknown != 0)
			throw new RefusedException("features=0x" + Long.toHexString(wanted) + ", not offered: 0x"
					+ Long.toHexString(unknown));
		if (vrings.isAnyRunning() && (wanted & ~F_PROTOCOL_FEATURES) != features)
			throw new RefusedException("features=0x" + Long.toHexString(wanted) + " while rings run with 0x"
					+ Long.toHexString(features));
		settleQueues();
		featuresSet = true;
		features = wanted & ~F_PROTOCOL_FEATURES;
		device.features(features);
		vrings.features(features, (wanted & F_PROTOCOL_FEATURES) == 0);
		return Reply.ACK;
	}

	Reply setProtocolFeatures(Message m) throws RefusedException {
		long wanted = m.u64(0);
		if ((wanted & ~ProtocolFeature.OFFERED) != 0)
			throw new RefusedException("protocol features=0x" + Long.toHexString(wanted) + ", offered: 0x"
					+ Long.toHexString(ProtocolFeature.OFFERED));
		if (protocolFeaturesSet)
			beginAnew.run(); // QEMU: device_del and device_add keep the socket and begin a second handshake on it
		protocolFeaturesSet = true;
		protocolFeatures = wanted;
		return Reply.ACK;
	}

	Reply setOwner() {
		if (owned)
			beginAnew.run();
		owned = true;
		return Reply.ACK;
	}

	/** Deprecated; what is left of its meaning is that no ring runs any more. */
	Reply resetOwner() {
		vrings.pause();
		return Reply.ACK;
	}

	/** No ring runs and the driver is forgotten; owner, features and memory stay. */
	Reply resetDevice() {
		vrings.reset();
		device.reset();
		return Reply.ACK;
	}

	Reply getQueueNum() {
		return Reply.of(device.queueCount());
	}

	/** GET_CONFIG: offset u32, size u32, flags u32, room for the bytes. */
	Reply getConfig(Message m) throws RefusedException {
		int offset = m.u32(0);
		checkConfig(m, offset);
		settleQueues();
		var bytes = new byte[m.u32(4)];
		device.readConfig(offset, bytes);
		return Reply.config(offset, m.u32(8), bytes);
	}

	/** SET_CONFIG: offset u32, size u32, flags u32, bytes. */
	Reply setConfig(Message m) throws RefusedException {
		int offset = m.u32(0);
		checkConfig(m, offset);
		device.writeConfig(offset, m.bytes(12, m.u32(4)));
		return Reply.ACK;
	}

	private static void checkConfig(Message m, int offset) throws RefusedException {
		int size = m.u32(4);
		if (size < 0 || size != m.size() - 12 || offset < 0 || offset > 256 - size)
			throw new RefusedException("offset=" + offset + " size=" + size + " in a payload of " + m.size());
	}

	/**
	 * QEMU names each of its queues before the guest runs, so their number is known before the guest asks how many ports
	 * there are. Front-ends that set queues up as the guest's driver wants them name none so early.
	 */
	private void settleQueues() {
		if (queuesSettled || featuresSet || vrings.given() == 0)
			return;
		queuesSettled = true;
		int usable = vrings.given() / 2 - 1;
		if (vrings.given() >= device.queueCount())
			return;
		device.usePorts(usable);
		LOG.log(System.Logger.Level.WARNING, "bus {0}: the virtual machine gave num_vqs={1}, enough for {2} of ports={3};"
				+ " for all of them it needs num_vqs={4}", bus, vrings.given(), Math.max(usable, 0),
				device.queueCount() / 2 - 1, device.queueCount());
	}
}
