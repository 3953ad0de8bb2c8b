package bus.api;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A second service interface of a port that people can attach to from a shell; consoles have it. The service carries the
 * same properties as the port's {@link HostPort} service.
 */
@ConsumerType
public interface Attachable {

	/**
	 * Begins a session: what the guest writes is shown, what is typed goes to the guest.
	 * <ul>
	 * <li>Thread: any; {@code output} is called on the loop.
	 * <li>Blocking: forbidden; for {@code output} too.
	 * <li>Buffers: those given to {@code output} are valid during its call only.
	 * <li>Return: a session; of a port that is not plugged, one that is closed.
	 * <li>Exception: none. One of {@code output} ends its session and nobody else's.
	 * </ul>
	 *
	 * @param output gets what the guest writes, on the loop thread: must not block; the buffer is valid during the call
	 *        only
	 * @return the session; any thread may use it
	 */
	Attachment attach(Consumer<ByteBuffer> output);

	/**
	 * As {@link #attach(Consumer)}, for somebody who has a name and may only want to look. The default does not tell one
	 * from the other.
	 * <ul>
	 * <li>Thread: any; {@code output} is called on the loop, the first time perhaps before this method has returned.
	 * <li>Blocking: forbidden; for {@code output} too.
	 * <li>Buffers: those given to {@code output} are valid during its call only.
	 * <li>Return: a session; of a port that is not plugged, one that is closed.
	 * <li>Exception: none. One of {@code output} ends its session and nobody else's.
	 * </ul>
	 *
	 * @param visitor who comes, and what for
	 * @param output as in {@link #attach(Consumer)}
	 * @return the session; any thread may use it
	 */
	default Attachment attach(Visitor visitor, Consumer<ByteBuffer> output) {
		return attach(output);
	}

	/**
	 * Somebody at a console.
	 *
	 * @param name for the log and for the other visitors: a user, a peer's address
	 * @param wish what for
	 */
	record Visitor(String name, Wish wish) {
	}

	/** What a visitor of a console wants; the words are conserver's. */
	enum Wish {
		/** To write if nobody else does, else to watch. */
		ATTACH,
		/** To write, whoever else does: that one watches from now on, and both are told. */
		FORCE,
		/** To watch only. */
		SPY
	}

	/** One session of a person or program at a port. */
	@ConsumerType
	interface Attachment extends AutoCloseable {

		/**
		 * Types bytes to the guest.
		 * <ul>
		 * <li>Thread: any.
		 * <li>Blocking: forbidden.
		 * <li>Buffers: the caller's again when the call returns.
		 * <li>Return: the number of bytes taken; 0 of a session that is closed.
		 * <li>Exception: none.
		 * </ul>
		 *
		 * @param keys the bytes, from position to limit
		 * @return bytes taken; fewer than offered means that the guest does not read at the moment
		 */
		int type(ByteBuffer keys);

		/**
		 * Tells the guest the size of this session's terminal.
		 * <ul>
		 * <li>Thread: any.
		 * <li>Blocking: as {@link GuestPort#resize}.
		 * <li>Buffers: none.
		 * <li>Return: nothing.
		 * <li>Exception: {@code IllegalArgumentException} for a size that is not allowed.
		 * </ul>
		 *
		 * @param columns 0 to 65535
		 * @param rows 0 to 65535
		 */
		void resize(int columns, int rows);

		/**
		 * Whether what this session types goes to the guest, rather than that of another.
		 * <ul>
		 * <li>Thread: any.
		 * <li>Blocking: forbidden.
		 * <li>Buffers: none.
		 * <li>Return: false of a session that watches, or is closed.
		 * <li>Exception: none.
		 * </ul>
		 */
		default boolean writes() {
			return isOpen();
		}

		/**
		 * Whether the port is still plugged.
		 * <ul>
		 * <li>Thread: any.
		 * <li>Blocking: forbidden.
		 * <li>Buffers: none.
		 * <li>Return: false as well after {@link #close}.
		 * <li>Exception: none.
		 * </ul>
		 */
		boolean isOpen();

		/**
		 * Ends the session. Returns at once; a piece of output that is under way may still come.
		 * <ul>
		 * <li>Thread: any.
		 * <li>Blocking: forbidden.
		 * <li>Buffers: none.
		 * <li>Return: nothing; a second call does nothing.
		 * <li>Exception: none.
		 * </ul>
		 */
		@Override
		void close();
	}
}
