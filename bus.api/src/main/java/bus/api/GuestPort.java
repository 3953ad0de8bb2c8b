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

	/** The name of the bus. */
	String bus();

	/** The port's number on the bus, 0 to 126. */
	int id();

	/** The name that the guest sees; empty if the port has none. */
	String name();

	/** Whether the guest has the port open, as last heard by the loop. */
	boolean guestOpen();

	/** Opens the host side: the guest's processes may write from now on. No effect if it is open. */
	void open();

	/**
	 * Closes the host side. What the guest has written by now and the port has not taken is discarded and counted, even
	 * if the host side is opened again at once; readers in the guest see end of file. No effect if it is closed.
	 */
	void close();

	/** There are bytes for the guest: {@link HostPort#hostData} will be called as soon as the guest has room. */
	void readable();

	/** The port can take bytes again: ends the throttling that a short {@link HostPort#guestData} began. */
	void writable();

	/**
	 * Tells the guest the size of its terminal. Remembered, and told again to each driver that starts.
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
	 *
	 * @param descriptor owned by the bus from here on, which closes it at the latest when the port is unplugged
	 */
	void attach(int descriptor);

	/** Closes the attached descriptor and the host side. */
	void detach();

	/**
	 * As {@link #attach(int)}, and lets the descriptor outlive an update of this port's bundle: the instance that comes
	 * after gets it from {@link #kept} and attaches it again, so that the client behind it notices nothing but a pause.
	 *
	 * @param descriptor owned by the bus from here on
	 * @param key as in {@link #keep}
	 */
	void attach(int descriptor, String key);

	/**
	 * Hands a descriptor of the port's own to the next instance, instead of closing it. To be called within
	 * {@link HostPort#unplugged}: if the port is only being updated, the instance that comes after gets it from
	 * {@link #kept}; if the port goes for good, or nobody asks for it, the bus closes it.
	 *
	 * @param key says what it is, for instance with the option that it was made from, so that a changed configuration does
	 *        not go on with it; one descriptor for each key
	 * @param descriptor the bus's from here on
	 */
	void keep(String key, int descriptor);

	/**
	 * Answers what the instance before this one left, once; the caller owns it. To be called within
	 * {@link HostPort#plugged}: what was not asked for by then is closed.
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
	 *
	 * @param descriptor to be unwatched before it is closed; {@link HostPort#unplugged} comes after all watches have ended
	 * @param ready runs on the loop thread; must not block; an exception closes the port
	 */
	void watch(int descriptor, Runnable ready);

	/**
	 * Ends a watch. When the call is made on the loop thread, {@code ready} is not called any more after it.
	 *
	 * @param descriptor one given to {@link #watch}; others are ignored
	 */
	void unwatch(int descriptor);

	/**
	 * Runs a task on the loop thread, for a port whose own threads share state with its loop calls.
	 *
	 * @param task must not block; an exception closes the port; dropped if the port is unplugged before its turn
	 */
	void execute(Runnable task);
}
