package bus.api;

/**
 * A bus at one moment, for listings.
 *
 * @param name the bus's name
 * @param vm the virtual machine that it belongs to; the bus's name unless several buses share a machine
 * @param socket where virtual machine monitors connect
 * @param state how far the virtual machine has come
 * @param maxPorts the configured number of ports
 * @param usablePorts what the monitor's number of queues allows; equal to {@code maxPorts} if it gave enough
 * @param queues the number of queues that the monitor gave; 0 if it has not said
 * @param features the negotiated virtio feature bits; 0 before negotiation
 * @param problem what keeps the bus from working, with the remedy; empty if all is well
 */
public record BusInfo(String name, String vm, String socket, State state, int maxPorts, int usablePorts, int queues,
		long features, String problem) {

	/** How far the virtual machine has come. */
	public enum State {
		/** No monitor is connected. */
		LISTENING,
		/** A monitor is connected; no driver runs in the guest, or the machine is paused. */
		CONNECTED,
		/** The guest's driver runs. */
		RUNNING,
		/** The device broke a rule it cannot recover from until the guest's driver starts anew. */
		BROKEN
	}
}
