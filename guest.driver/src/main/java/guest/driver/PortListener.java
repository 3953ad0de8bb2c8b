package guest.driver;

/**
 * Is told what happens to the ports of a {@link ConsoleDriver}. The driver's own thread calls, without its lock: any
 * method of driver and port may be called, but as long as a call lasts the driver answers no control message.
 */
public interface PortListener {

	/**
	 * Something about a port has changed: it was added, named, made a console or resized, the host has connected or
	 * disconnected, or it was unplugged. Ask the port. What follows quickly is told once.
	 */
	void portChanged(GuestSidePort port);

	/** No port works any more; every method throws this reason from now on. */
	default void driverFailed(Throwable reason) {
	}
}
