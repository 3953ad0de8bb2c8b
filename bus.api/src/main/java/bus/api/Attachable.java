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
	 *
	 * @param output gets what the guest writes, on the loop thread: must not block; the buffer is valid during the call
	 *        only
	 * @return the session; any thread may use it
	 */
	Attachment attach(Consumer<ByteBuffer> output);

	/** One session of a person or program at a port. */
	@ConsumerType
	interface Attachment extends AutoCloseable {

		/**
		 * Types bytes to the guest.
		 *
		 * @param keys the bytes, from position to limit
		 * @return bytes taken; fewer than offered means that the guest does not read at the moment
		 */
		int type(ByteBuffer keys);

		/** Tells the guest the size of this session's terminal. */
		void resize(int columns, int rows);

		/** Whether the port is still plugged. */
		boolean isOpen();

		/** Ends the session. Returns at once; a piece of output that is under way may still come. */
		@Override
		void close();
	}
}
