package bus.api;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The guest's half of a port: handed to {@link HostPort#plugged}, valid until {@link HostPort#unplugged}. Afterwards
 * every method does nothing.
 *
 * <p>All methods may be called from any thread and from within the calls of {@link HostPort}. What they ask for is done by
 * the loop thread, in the order of the calls of one thread; at once if that is the caller. None blocks, except that a
 * thread that asks for more than a thousand things which the loop has not come to waits until it has.
 */
@ProviderType
public interface GuestPort {

	/**
	 * The name of the bus.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: never.
	 * <li>Buffers: none.
	 * <li>Return: the name, as the operator wrote it; also after the port was unplugged.
	 * <li>Exception: none.
	 * </ul>
	 */
	String bus();

	/**
	 * The port's number on the bus, 0 to 126.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: never.
	 * <li>Buffers: none.
	 * <li>Return: the number; it does not change while the port is plugged.
	 * <li>Exception: none.
	 * </ul>
	 */
	int id();

	/**
	 * The name that the guest sees; empty if the port has none.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: never.
	 * <li>Buffers: none.
	 * <li>Return: the name, never null.
	 * <li>Exception: none.
	 * </ul>
	 */
	String name();

	/**
	 * Whether the guest has the port open, as last heard by the loop.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: never.
	 * <li>Buffers: none.
	 * <li>Return: true between {@link HostPort#guestOpened} and {@link HostPort#guestClosed}; on another thread than
	 * the loop it may be out of date on arrival.
	 * <li>Exception: none.
	 * </ul>
	 */
	boolean guestOpen();

	/**
	 * Opens the host side: the guest's processes may write from now on. No effect if it is open.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: no; only where more than a thousand tasks wait for the loop does the caller wait, too.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: {@code IllegalStateException} where the caller would have to wait and is another loop.
	 * </ul>
	 */
	void open();

	/**
	 * Closes the host side. What the guest has written by now and the port has not taken is discarded and counted, even
	 * if the host side is opened again at once; readers in the guest see end of file. No effect if it is closed.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: as {@link #open}.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: as {@link #open}.
	 * </ul>
	 */
	void close();

	/**
	 * There are bytes for the guest: {@link HostPort#hostData} will be called as soon as the guest has room.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: as {@link #open}.
	 * <li>Buffers: none here; {@link HostPort#hostData} is given one.
	 * <li>Return: nothing; calls that the loop has not come to yet count as one.
	 * <li>Exception: as {@link #open}.
	 * </ul>
	 */
	void readable();

	/**
	 * The port can take bytes again: ends the throttling that a short {@link HostPort#guestData} began.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: as {@link #open}.
	 * <li>Buffers: none here; {@link HostPort#guestData} is given one.
	 * <li>Return: nothing; calls that the loop has not come to yet count as one.
	 * <li>Exception: as {@link #open}.
	 * </ul>
	 */
	void writable();

	/**
	 * Tells the guest the size of its terminal. Remembered, and told again to each driver that starts.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: as {@link #open}.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: {@code IllegalArgumentException} for a size that is not allowed; otherwise as {@link #open}.
	 * </ul>
	 *
	 * @param columns 0 to 65535
	 * @param rows 0 to 65535
	 */
	void resize(int columns, int rows);

	/**
	 * Hands over a non-blocking stream descriptor (socket, pseudo terminal, FIFO). From now on the loop moves the bytes
	 * between it and the guest's memory, without a copy in user space, and {@link HostPort#guestData} and
	 * {@link HostPort#hostData} are not called. Opens the host side. A descriptor attached before is closed. On a
	 * {@link Console} what the descriptor does not take at once is lost and counted.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: as {@link #open}.
	 * <li>Buffers: none: the kernel is given the guest's memory.
	 * <li>Return: nothing; of a port that is closed or unplugged the descriptor is closed.
	 * <li>Exception: as {@link #open}, and then the descriptor is still the caller's. One that cannot be watched is
	 * closed, and so is the port.
	 * </ul>
	 *
	 * @param descriptor owned by the bus from here on, which closes it at the latest when the port is unplugged
	 */
	void attach(int descriptor);

	/**
	 * Closes the attached descriptor and the host side.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: as {@link #open}.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: as {@link #open}.
	 * </ul>
	 */
	void detach();

	/**
	 * As {@link #attach(int)}, and lets the descriptor outlive an update of this port's bundle: the instance that comes
	 * after gets it from {@link #kept} and attaches it again, so that the client behind it notices nothing but a pause.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: as {@link #open}.
	 * <li>Buffers: none: the kernel is given the guest's memory.
	 * <li>Return: nothing.
	 * <li>Exception: as {@link #attach(int)}.
	 * </ul>
	 *
	 * @param descriptor owned by the bus from here on
	 * @param key as in {@link #keep}
	 */
	void attach(int descriptor, String key);

	/**
	 * Hands a descriptor of the port's own to the next instance, instead of closing it. To be called within
	 * {@link HostPort#unplugged}: if the port is only being updated, the instance that comes after gets it from
	 * {@link #kept}; if the port goes for good, or nobody asks for it, the bus closes it.
	 * <ul>
	 * <li>Thread: the one that {@link HostPort#unplugged} is called on.
	 * <li>Blocking: as {@link #open}.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: as {@link #open}, and then the descriptor is still the caller's.
	 * </ul>
	 *
	 * @param key says what it is, for instance with the option that it was made from, so that a changed configuration does
	 *        not go on with it; one descriptor for each key
	 * @param descriptor the bus's from here on
	 */
	void keep(String key, int descriptor);

	/**
	 * Answers what the instance before this one left, once; the caller owns it. To be called within
	 * {@link HostPort#plugged}: what was not asked for by then is closed.
	 * <ul>
	 * <li>Thread: the one that {@link HostPort#plugged} is called on.
	 * <li>Blocking: no.
	 * <li>Buffers: none.
	 * <li>Return: the descriptor, or -1 if there is none.
	 * <li>Exception: none.
	 * </ul>
	 *
	 * @param key as given to {@link #attach(int, String)} or {@link #keep}
	 * @return the descriptor, or -1 if there is none
	 */
	int kept(String key);

	/**
	 * Watches a descriptor that stays the port's own (a listening socket, an eventfd, a pseudo terminal), edge-triggered:
	 * {@code ready} is called by the loop when the descriptor becomes readable or writable or hangs up, and when the watch
	 * begins if it already is. It does not come again until something changes: what {@code ready} leaves unread or
	 * unaccepted, the port must come back to by itself.
	 * <ul>
	 * <li>Thread: any; {@code ready} runs on the loop.
	 * <li>Blocking: as {@link #open}; {@code ready} must not.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: as {@link #open}; a descriptor that cannot be watched closes the port.
	 * </ul>
	 *
	 * @param descriptor to be unwatched before it is closed; {@link HostPort#unplugged} comes after all watches have ended
	 * @param ready runs on the loop thread; must not block; an exception closes the port
	 */
	void watch(int descriptor, Runnable ready);

	/**
	 * Ends a watch. When the call is made on the loop thread, {@code ready} is not called any more after it.
	 * <ul>
	 * <li>Thread: any.
	 * <li>Blocking: as {@link #open}.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: as {@link #open}.
	 * </ul>
	 *
	 * @param descriptor one given to {@link #watch}; others are ignored
	 */
	void unwatch(int descriptor);

	/**
	 * Runs a task on the loop thread, for a port whose own threads share state with its loop calls.
	 * <ul>
	 * <li>Thread: any; {@code task} runs on the loop.
	 * <li>Blocking: as {@link #open}; {@code task} must not.
	 * <li>Buffers: none.
	 * <li>Return: nothing.
	 * <li>Exception: as {@link #open}; one of {@code task} closes the port.
	 * </ul>
	 *
	 * @param task must not block; an exception closes the port; dropped if the port is unplugged before its turn
	 */
	void execute(Runnable task);
}
