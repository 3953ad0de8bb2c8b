package bus.api;

import java.util.List;
import java.util.function.Consumer;

import org.osgi.annotation.versioning.ProviderType;

/**
 * One virtio-serial bus: a device that one virtual machine sees. Registered as a service with the property
 * {@code bus}, its name, for as long as it is configured.
 */
@ProviderType
public interface SerialBus {

	/** Service property: the name of the bus. */
	String BUS = "bus";

	/** The bus's name. */
	String name();

	/** The virtual machine that it belongs to: names of ports are unique over all its buses. */
	String vm();

	/** The bus at this moment. */
	BusInfo info();

	/** The plugged and the failed ports, in plug order, at this moment. */
	List<PortInfo> ports();

	/**
	 * Plugs a port. Checks identity and limits, calls {@link HostPort#plugged} on this thread, then tells the guest. If a
	 * port is {@linkplain #hold held} for an equal request, this one takes its place: its number, what the guest has
	 * written meanwhile, and the descriptors that were {@linkplain GuestPort#keep kept}. Not to be called from a loop
	 * thread.
	 *
	 * @param request what is asked for
	 * @param port the host's half
	 * @return the port as plugged, with its number
	 * @throws PortRefusedException if the bus cannot have this port; nothing has changed then
	 */
	PortInfo plug(PortRequest request, HostPort port) throws PortRefusedException;

	/**
	 * Unplugs a port and tells the guest. When this returns, no call of the port is running and none will come, and
	 * {@link HostPort#unplugged} has been called. No effect for a port that is not plugged.
	 *
	 * @param port as given to {@link #plug}
	 */
	void unplug(HostPort port);

	/**
	 * Takes a port off and keeps its place, because another object with an equal request is about to come, for instance
	 * from a newer bundle. The guest sees the port closed, and what it writes stays in its buffers (of a {@link Console}:
	 * is lost and counted). When this returns, no call of the port is running and none will come, and
	 * {@link HostPort#unplugged} has been called. No effect for a port that is not plugged.
	 *
	 * @param port as given to {@link #plug}
	 */
	void hold(HostPort port);

	/**
	 * Gives up the place of a port that is held, and tells the guest. Kept descriptors are closed. No effect if no port is
	 * held for this request, or if another object is taking its place at the moment.
	 *
	 * @param request as given to {@link #plug}
	 */
	void release(PortRequest request);

	/**
	 * Ends {@link #close}: the host side is open again if the port wants it to be.
	 *
	 * @param id the port's number
	 * @throws IllegalArgumentException if there is no such port
	 */
	void open(int id);

	/**
	 * Closes a port's host side on the operator's word, until {@link #open}, whatever the port itself asks for. The guest
	 * sees the port closed; what it has written by now and writes from now on is discarded and counted. The port is not
	 * called with data; a descriptor that it attached stays attached, unread. Outlives an update of the port, not its
	 * unplugging.
	 *
	 * @param id the port's number
	 * @throws IllegalArgumentException if there is no such port
	 */
	void close(int id);

	/**
	 * Tells what happens on the bus, control messages and events of ports, from now until the answer is closed. Bytes of
	 * ports are not told. A bus that nobody traces loses no time by it.
	 * <ul>
	 * <li>Thread: {@code listener} is called by the loop, in the order of the events.
	 * <li>Blocking: forbidden to the listener.
	 * <li>Buffers: none; events may be kept.
	 * <li>Return: ends the trace when closed, by any thread and without waiting; an event that is under way may still come.
	 * <li>Exception: a listener that throws is not called any more, and named in the log.
	 * </ul>
	 *
	 * @param listener one of several at most; each is told of everything
	 * @throws IllegalStateException if the bus is closed, or does not answer
	 */
	Trace trace(Consumer<BusEvent> listener);

	/** A trace that goes on until it is closed. */
	@ProviderType
	interface Trace extends AutoCloseable {

		/** Ends the trace. Any thread; again has no effect. */
		@Override
		void close();
	}
}
