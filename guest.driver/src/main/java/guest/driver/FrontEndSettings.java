package guest.driver;

import java.time.Duration;

/**
 * What kind of virtual machine monitor a {@link FrontEnd} imitates.
 *
 * @param queues virtqueues of the device: 2 for each port and 2 for the control channel, QEMU's {@code num_vqs}
 * @param queueSize descriptors of each queue, QEMU's {@code vq_size}
 * @param configSize bytes of the config space, QEMU's {@code config_size}
 * @param ramSize bytes of guest memory
 * @param protocolFeatures which of the offered protocol features it takes, as in {@link ProtocolFeature}
 * @param timeout how long it waits for an answer
 */
public record FrontEndSettings(int queues, int queueSize, int configSize, long ramSize, long protocolFeatures,
		Duration timeout) {

	/** A QEMU with room for {@code ports} ports. */
	public static FrontEndSettings qemu(int ports) {
		return new FrontEndSettings(2 + 2 * ports, 64, 12, 256L << 20, ProtocolFeature.AS_QEMU,
				Duration.ofSeconds(10));
	}

	/** The console device proposed for QEMU in December 2025: 4 queues, so exactly one port. */
	public static FrontEndSettings qemuRfcConsole() {
		return qemu(1);
	}

	/** User-mode Linux with room for {@code ports} ports. */
	public static FrontEndSettings uml(int ports) {
		return qemu(ports).withProtocolFeatures(ProtocolFeature.AS_UML);
	}

	public FrontEndSettings withQueues(int count) {
		return new FrontEndSettings(count, queueSize, configSize, ramSize, protocolFeatures, timeout);
	}

	public FrontEndSettings withQueueSize(int size) {
		return new FrontEndSettings(queues, size, configSize, ramSize, protocolFeatures, timeout);
	}

	public FrontEndSettings withConfigSize(int size) {
		return new FrontEndSettings(queues, queueSize, size, ramSize, protocolFeatures, timeout);
	}

	public FrontEndSettings withRamSize(long size) {
		return new FrontEndSettings(queues, queueSize, configSize, size, protocolFeatures, timeout);
	}

	public FrontEndSettings withProtocolFeatures(long mask) {
		return new FrontEndSettings(queues, queueSize, configSize, ramSize, mask, timeout);
	}

	public FrontEndSettings withTimeout(Duration limit) {
		return new FrontEndSettings(queues, queueSize, configSize, ramSize, protocolFeatures, limit);
	}
}
