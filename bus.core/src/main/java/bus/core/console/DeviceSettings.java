package bus.core.console;

import bus.core.virtio.Feature;

/**
 * What a bus's configuration decides about its device.
 *
 * @param ports 1 to 127
 * @param ringFeatures which of {@link #RING_FEATURES} are offered: the guest's driver may take any of them
 * @param resizeOrder how a console's size is told
 * @param nulNames whether a NUL follows the name in PORT_NAME, as QEMU's bus sends it and section 5.3.6.2 does not have it
 */
public record DeviceSettings(int ports, long ringFeatures, ResizeOrder resizeOrder, boolean nulNames) {
	/** What may be switched. */
	public static final long RING_FEATURES = Feature.INDIRECT_DESC | Feature.EVENT_IDX | Feature.RING_PACKED
			| Feature.IN_ORDER;

	/** The two numbers of RESIZE in the control channel. The configuration space has columns first in any case. */
	public enum ResizeOrder {
		/** Columns, rows: section 5.3.6.2. */
		SPEC,
		/** Rows, columns: most Linux kernels before 6.15. */
		LEGACY,
		/** No size is told, and SIZE not offered: the guest keeps its own idea. */
		OFF
	}

	public DeviceSettings {
		if (ports < 1 || ports > PortTable.LIMIT)
			throw new IllegalArgumentException("ports=" + ports + ", allowed: 1 to " + PortTable.LIMIT);
		if ((ringFeatures & ~RING_FEATURES) != 0)
			throw new IllegalArgumentException("ringFeatures=0x" + Long.toHexString(ringFeatures) + ", allowed: bits of 0x"
					+ Long.toHexString(RING_FEATURES));
	}

	/** What nearly everybody wants. */
	public static DeviceSettings of(int ports) {
		return new DeviceSettings(ports, Feature.INDIRECT_DESC | Feature.EVENT_IDX, ResizeOrder.SPEC, false);
	}

	/** The features offered. A bus of one port is no multiport device, as in QEMU. */
	long offeredFeatures() {
		return Feature.VERSION_1 | ringFeatures | ConsoleDevice.F_EMERG_WRITE
				| (resizeOrder == ResizeOrder.OFF ? 0 : ConsoleDevice.F_SIZE) | (ports > 1 ? ConsoleDevice.F_MULTIPORT : 0);
	}
}
