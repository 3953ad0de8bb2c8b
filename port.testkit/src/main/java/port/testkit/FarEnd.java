package port.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

/**
 * What a port leads to: the client of its socket, the reader of its file, the broker that it talks with. None of the
 * methods waits; the test's thread calls them in turn with those of the guest.
 */
public interface FarEnd extends AutoCloseable {

	/**
	 * Reads what has come out of the port.
	 *
	 * @return bytes put into {@code target}; 0 if there are none at the moment, negative if none will come any more
	 */
	int read(ByteBuffer target) throws IOException;

	/**
	 * Says something to the guest.
	 *
	 * @return bytes taken; 0 if none can be taken at the moment. Never asked for if the port does not say
	 *         {@link Trait#TO_GUEST}
	 */
	default int write(ByteBuffer source) throws IOException {
		throw new UnsupportedOperationException("traits() has TO_GUEST, but write() is not there");
	}

	/** Leaves. */
	@Override
	void close() throws IOException;

	/** A channel that does not block, for instance a client's socket. */
	static FarEnd of(ByteChannel channel) {
		return new FarEnd() {

			@Override
			public int read(ByteBuffer target) throws IOException {
				return channel.read(target);
			}

			@Override
			public int write(ByteBuffer source) throws IOException {
				return channel.write(source);
			}

			@Override
			public void close() throws IOException {
				channel.close();
			}
		};
	}
}
