package bus.core.console;

import java.util.List;

import bus.core.virtio.RingPosition;

/**
 * What a driver has made of a device and knows of it: enough for another process to go on with the same guest. What the
 * guest's memory holds, rings and buffers, is not in it, and nothing of the ports' host sides but whether they were open.
 *
 * @param features the negotiated virtio features
 * @param maxPorts the number of ports that the driver was told, and so of queues that it has
 * @param deviceReady whether the driver said DEVICE_READY: it is told of ports that come and go
 * @param ports the plugged ones, in plug order
 * @param begun the queues that stand within a chain
 * @param messages for the driver, oldest first, which it has had no buffer for; shared, not to be changed
 */
public record DeviceState(long features, int maxPorts, boolean deviceReady, List<Port> ports, List<Begun> begun,
		List<byte[]> messages) {
	/** Encoded. A state has some hundred bytes; kept messages with long names could make it as large. */
	public static final int MAX_BYTES = 1 << 20;

	/**
	 * What the driver knows of a port. Its name is not there: the driver has heard it once and for all.
	 *
	 * @param driverReady whether the driver said PORT_READY
	 * @param guestOpen what the driver said last
	 * @param hostOpen what the driver was told last
	 * @param columns of its terminal; negative if nobody has said
	 * @param rows of its terminal
	 */
	public record Port(int id, boolean console, boolean driverReady, boolean guestOpen, boolean hostOpen, int columns,
			int rows) {
	}

	/**
	 * A queue that stands within a chain.
	 *
	 * @param position of the chain, with the bytes of it that are consumed
	 */
	public record Begun(int queue, RingPosition position) {
	}

	public DeviceState {
		ports = List.copyOf(ports);
		begun = List.copyOf(begun);
		messages = List.copyOf(messages);
	}

	/** The same with other queues that stand within a chain. */
	public DeviceState withBegun(List<Begun> others) {
		return new DeviceState(features, maxPorts, deviceReady, ports, others, messages);
	}

	/** @throws StateRefusedException if it would be larger than {@link #MAX_BYTES} */
	public byte[] encode() throws StateRefusedException {
		return StateLayout.encode(this);
	}

	/** @throws StateRefusedException if it is no state, or not whole, or of a version that is not known here */
	public static DeviceState decode(byte[] bytes) throws StateRefusedException {
		return StateLayout.decode(bytes);
	}
}
