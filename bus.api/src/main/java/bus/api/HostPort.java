package bus.api;

import java.nio.ByteBuffer;
import java.util.Map;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The host's half of a virtio-serial port: what a port type implements.
 *
 * <p>Register an instance as a service with the service properties {@code bus} (the name of the bus, required),
 * {@code name} (the name that the guest sees) and {@code id} (the port number; the lowest free one if absent). With
 * Declarative Services one configuration of the component is one port; see {@link PortType} and {@link Console}.
 *
 * <p><b>Threads.</b> Every method except {@link #plugged} and {@link #unplugged} is called by the <em>loop thread</em>
 * that owns the bus, one call at a time. That thread moves the bytes of all ports of the bus: a call that blocks holds up
 * the guest. A port that blocks its loop for two seconds is closed and named in the log, and the bus goes on at another
 * thread: {@link #unplugged} may then come while the call still hangs.
 *
 * <p><b>Exceptions.</b> A port that throws from a loop-thread method is closed and named in the log; the other ports of
 * the bus do not notice.
 */
@ConsumerType
public interface HostPort {

	/**
	 * The bus has reserved a slot for this port; the guest hears of it when this method has returned. Open files and
	 * sockets here. What is asked of {@code guest} meanwhile, a watch or an attached descriptor, is at work from then on:
	 * its calls may come from the loop thread before this method has returned. No other call does.
	 * <ul>
	 * <li>Thread: the one that plugs the port (with Declarative Services, the one that activates it), never the loop.
	 * <li>Blocking: allowed.
	 * <li>Buffers: none. {@code guest} is valid until {@link #unplugged} is called.
	 * <li>Return: normally means that the port is on the bus.
	 * <li>Exception: the port is refused, the message is shown to the operator, the slot is free again.
	 * </ul>
	 *
	 * @param guest the guest's half, to be kept
	 * @throws Exception if the port cannot work; the message should name the option as {@code key=value} and say what is
	 *         allowed
	 */
	default void plugged(GuestPort guest) throws Exception {
	}

	/**
	 * The guest wrote bytes. Called while the host side is {@linkplain GuestPort#open() open} and no descriptor is
	 * {@linkplain GuestPort#attach attached}.
	 * <ul>
	 * <li>Thread: loop.
	 * <li>Blocking: forbidden.
	 * <li>Buffer: a stable copy of the guest's bytes, valid during the call only; do not keep it. Position and limit may
	 * be moved freely.
	 * <li>Return: the number of bytes taken, from the start of the buffer. Fewer than offered means "no more now": the
	 * rest stays with the guest, and no further call comes until {@link GuestPort#writable}. On a {@link Console} the
	 * rest is lost and counted, because a guest kernel spins while its console does not drain.
	 * <li>Exception: the port is closed; the bytes of this call count as not taken.
	 * </ul>
	 *
	 * @param data the bytes, from position to limit
	 * @return bytes taken, 0 to {@code data.remaining()}
	 */
	int guestData(ByteBuffer data);

	/**
	 * The guest has room for bytes. Called after {@link GuestPort#readable}, while the guest has the port open, until it
	 * answers 0.
	 * <ul>
	 * <li>Thread: loop.
	 * <li>Blocking: forbidden.
	 * <li>Buffer: to be filled from its position; valid during the call only.
	 * <li>Return: the number of bytes put; 0 means "nothing now", and no further call comes until
	 * {@link GuestPort#readable}; -1 means that the host side is closed.
	 * <li>Exception: the port is closed; nothing of this call reaches the guest.
	 * </ul>
	 *
	 * @param room where to put the bytes, from position to limit
	 * @return bytes put, 0 to {@code room.remaining()}, or -1
	 */
	int hostData(ByteBuffer room);

	/**
	 * The guest's driver has accepted the port. Comes again after each start of the driver.
	 * <ul>
	 * <li>Thread: loop.
	 * <li>Blocking: forbidden.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: the port is closed.
	 * </ul>
	 */
	default void guestReady() {
	}

	/**
	 * A process in the guest opened the port (for a console: the guest's driver). May come twice in a row.
	 * <ul>
	 * <li>Thread: loop.
	 * <li>Blocking: forbidden.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: the port is closed.
	 * </ul>
	 */
	default void guestOpened() {
	}

	/**
	 * The guest closed the port, was reset, or its driver went away; of the latter two the bus learns, and tells, when the
	 * next driver starts or the machine has gone: until then they look like a pause.
	 * <ul>
	 * <li>Thread: loop.
	 * <li>Blocking: forbidden.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: the port is closed.
	 * </ul>
	 */
	default void guestClosed() {
	}

	/**
	 * The virtual machine was paused or goes on.
	 * <ul>
	 * <li>Thread: loop.
	 * <li>Blocking: forbidden.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: the port is closed.
	 * </ul>
	 *
	 * @param running whether the device is being driven
	 */
	default void running(boolean running) {
	}

	/**
	 * The guest made an emergency write (virtio 1.3, section 5.3.4), which may come before any driver runs. Only
	 * {@link Console} ports get it. The default hands the byte to {@link #guestData}.
	 * <ul>
	 * <li>Thread: loop.
	 * <li>Blocking: forbidden.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: the port is closed.
	 * </ul>
	 *
	 * @param character the byte
	 */
	default void emergency(byte character) {
		guestData(ByteBuffer.wrap(new byte[] { character }));
	}

	/**
	 * The far end of the attached descriptor went away, or a read or write on it failed. The bus has closed the
	 * descriptor and the host side of the port.
	 * <ul>
	 * <li>Thread: loop.
	 * <li>Blocking: forbidden.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: the port is closed.
	 * </ul>
	 */
	default void hangup() {
	}

	/**
	 * What the port counts beyond bytes: clients, drops, rotations, the state of an agent. {@code vport:show} shows them.
	 * <ul>
	 * <li>Thread: any, also while a call of the loop is running.
	 * <li>Blocking: forbidden.
	 * <li>Buffers: none.
	 * <li>Return: names, of small words, to values, in the order in which they are to be shown; values are numbers, or
	 * text of one line. The map is the caller's. Only asked of a port that is plugged; it may go meanwhile.
	 * <li>Exception: shown in place of the figures; the port goes on.
	 * </ul>
	 *
	 * @return the figures; the default has none
	 */
	default Map<String, Object> figures() {
		return Map.of();
	}

	/**
	 * The bus has let go of this port: no call is running and none will come. Release what {@link #plugged} opened.
	 * <ul>
	 * <li>Thread: the one that unplugs the port, never the loop unless the port unplugged itself from within a call.
	 * <li>Blocking: allowed, briefly: the unplugging thread waits.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: logged.
	 * </ul>
	 */
	default void unplugged() {
	}
}
