package guest.driver;

import java.time.Duration;

/**
 * How a {@link ConsoleDriver} behaves where guests differ.
 *
 * @param features which of the offered features it takes, as in {@link VirtioFeature}
 * @param buffers receive buffers of each queue, at most the queue's size; 0 fills the queue, as Linux does
 * @param bufferSize bytes of each receive buffer; Linux gives a page
 * @param limit bytes that a port holds, unread ones and the room that the device has; 0 is none, as in Linux
 * @param keepWhileClosed whether what comes while nobody has a port open waits for the next opener; Linux drops it
 * @param patience how long the device may take for what Linux waits for with a busy processor: control messages and
 *        console output
 */
public record DriverSettings(long features, int buffers, int bufferSize, long limit, boolean keepWhileClosed,
		Duration patience) {

	public DriverSettings {
		checkLimit(limit);
	}

	static long checkLimit(long limit) {
		if (limit < 0)
			throw new IllegalArgumentException("limit=" + limit + ": bytes, or 0 for none");
		return limit;
	}

	public static DriverSettings linux() {
		return new DriverSettings(VirtioFeature.AS_LINUX, 0, 4096, 0, false, Duration.ofSeconds(10));
	}

	public DriverSettings withFeatures(long mask) {
		return new DriverSettings(mask, buffers, bufferSize, limit, keepWhileClosed, patience);
	}

	/** As Linux without MULTIPORT: port 0 alone, a console. */
	public DriverSettings withoutMultiport() {
		return withFeatures(features & ~VirtioFeature.MULTIPORT);
	}

	/** As Linux on a device that does not offer RING_PACKED. */
	public DriverSettings withSplitRings() {
		return withFeatures(features & ~VirtioFeature.RING_PACKED);
	}

	/** Takes RING_PACKED if it is offered, as {@link #linux} does. */
	public DriverSettings withPackedRings() {
		return withFeatures(features | VirtioFeature.RING_PACKED);
	}

	/** Takes IN_ORDER if it is offered. */
	public DriverSettings withInOrder() {
		return withFeatures(features | VirtioFeature.IN_ORDER);
	}

	public DriverSettings withBuffers(int count, int size) {
		return new DriverSettings(features, count, size, limit, keepWhileClosed, patience);
	}

	public DriverSettings withLimit(long bytes) {
		return new DriverSettings(features, buffers, bufferSize, bytes, keepWhileClosed, patience);
	}

	public DriverSettings withKeepWhileClosed() {
		return new DriverSettings(features, buffers, bufferSize, limit, true, patience);
	}

	public DriverSettings withPatience(Duration time) {
		return new DriverSettings(features, buffers, bufferSize, limit, keepWhileClosed, time);
	}
}
