package bus.vhostuser.session;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The payload of a reply. {@link #ACK} stands for "done": it goes out only if the front-end asked for it. */
record Reply(byte[] payload) {

	static final Reply ACK = new Reply(null);

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

	private static ByteBuffer buffer(int size) {
		return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
	}
}
