package bus.vhostuser.session;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A reply. {@link #ACK} stands for "done": it goes out only if the front-end asked for it.
 *
 * @param descriptor goes out with it and is closed here; -1 for none
 */
record Reply(byte[] payload, int descriptor) {

	static final Reply ACK = new Reply(null, -1);

	private Reply(byte[] payload) {
		this(payload, -1);
	}

	static Reply of(long value) {
		return new Reply(buffer(8).putLong(value).array());
	}

	static Reply vringState(int index, int number) {
		return new Reply(buffer(8).putInt(index).putInt(number).array());
	}

	static Reply config(int offset, int flags, byte[] data) {
		return new Reply(buffer(12 + data.length).putInt(offset).putInt(data.length).putInt(flags).put(data).array());
	}

	/** What answers a GET_CONFIG that cannot be served: no payload. */
	static Reply configRefused() {
		return new Reply(new byte[0]);
	}

	/** The description of in-flight memory, as it was asked for, with its size; 0 and no descriptor: there is none. */
	static Reply inflight(byte[] asked, long size, int descriptor) {
		ByteBuffer.wrap(asked).order(ByteOrder.nativeOrder()).putLong(0, size).putLong(8, 0);
		return new Reply(asked, descriptor);
	}

	private static ByteBuffer buffer(int size) {
		return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
	}
}
