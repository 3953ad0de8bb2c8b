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

	/**
	 * The bus's name.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: never.
	 * <li>Buffers: none.
	 * <li>Return: the name, as in the service property.
	 * <li>Exception: none.
	 * </ul>
	 */
	String name();

	/**
	 * The virtual machine that it belongs to: names of ports are unique over all its buses.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: never.
	 * <li>Buffers: none.
	 * <li>Return: the name; the bus's own unless several buses share a machine.
	 * <li>Exception: none.
	 * </ul>
	 */
	String vm();

	/**
	 * The bus at this moment.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: as long as the loop needs to answer; on the loop thread not at all.
	 * <li>Buffers: none.
	 * <li>Return: a copy that does not change.
	 * <li>Exception: {@code IllegalStateException} if the bus is closed, if port code blocks its loop for 5 s, or if
	 * the caller is interrupted.
	 * </ul>
	 */
	BusInfo info();

	/**
	 * The plugged and the failed ports, in plug order, at this moment.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: as long as the loop needs to answer; on the loop thread not at all.
	 * <li>Buffers: none.
	 * <li>Return: a copy that does not change.
	 * <li>Exception: {@code IllegalStateException} if the bus is closed, if port code blocks its loop for 5 s, or if
	 * the caller is interrupted.
	 * </ul>
	 */
	List<PortInfo> ports();

	/**
	 * Plugs a port. Checks identity and limits, calls {@link HostPort#plugged} on this thread, then tells the guest. If a
	 * port is {@linkplain #hold held} for an equal request, this one takes its place: its number, what the guest has
	 * written meanwhile, and the descriptors that were {@linkplain GuestPort#keep kept}.
	 * <ul>
	 * <li>Thread: any but a loop.
	 * <li>Blocking: as long as the loop and {@link HostPort#plugged} need, interrupted or not.
	 * <li>Buffers: none.
	 * <li>Return: the port as it is now, with its number.
	 * <li>Exception: {@code PortRefusedException}, also if the bus closes meanwhile; {@code IllegalStateException} on
	 * the bus's loop, or if the bus is closed already.
	 * </ul>
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
	 * <ul>
	 * <li>Thread: any; {@link HostPort#unplugged} runs on it too.
	 * <li>Blocking: as long as the loop and {@link HostPort#unplugged} need, interrupted or not.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: {@code IllegalStateException} if the bus is closed. What {@link HostPort#unplugged} throws is
	 * logged.
	 * </ul>
	 *
	 * @param port as given to {@link #plug}
	 */
	void unplug(HostPort port);

	/**
	 * Takes a port off and keeps its place, because another object with an equal request is about to come, for instance
	 * from a newer bundle. The guest sees the port closed, and what it writes stays in its buffers (of a {@link Console}:
	 * is lost and counted). When this returns, no call of the port is running and none will come, and
	 * {@link HostPort#unplugged} has been called. No effect for a port that is not plugged.
	 * <ul>
	 * <li>Thread: any; {@link HostPort#unplugged} is called on it.
	 * <li>Blocking: as {@link #unplug}.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: as {@link #unplug}.
	 * </ul>
	 *
	 * @param port as given to {@link #plug}
	 */
	void hold(HostPort port);

	/**
	 * Gives up the place of a port that is held, and tells the guest. Kept descriptors are closed. No effect if no port is
	 * held for this request, or if another object is taking its place at the moment.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: as long as the loop needs, interrupted or not.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: {@code IllegalStateException} if the bus is closed.
	 * </ul>
	 *
	 * @param request as given to {@link #plug}
	 */
	void release(PortRequest request);

	/**
	 * Ends {@link #close}: the host side is open again if the port wants it to be.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: as {@link #info}.
	 * <li>Buffers: none.
	 * <li>Return: nothing; the guest is being told.
	 * <li>Exception: {@code IllegalArgumentException} if there is no such port; otherwise as {@link #info}.
	 * </ul>
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
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: as {@link #info}.
	 * <li>Buffers: none.
	 * <li>Return: nothing; the guest is being told.
	 * <li>Exception: {@code IllegalArgumentException} if there is no such port; otherwise as {@link #info}.
	 * </ul>
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

		/**
		 * Ends the trace; again has no effect.
		 * <ul>
		 * <li>Thread: any.
		 * <li>Blocking: no; an event that is under way may still come.
		 * <li>Buffers: none.
		 * <li>Return: nothing.
		 * <li>Exception: none.
		 * </ul>
		 */
		@Override
		void close();
	}
}
