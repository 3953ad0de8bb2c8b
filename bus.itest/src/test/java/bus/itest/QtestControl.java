package bus.itest;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * A control message (virtio 1.3, section 5.3.6.2), in either direction.
 *
 * @param tail what follows the 8 bytes; the tests have names there
 */
record QtestControl(int id, int event, int value, String tail) {
	static final int DEVICE_READY = 0;
	static final int PORT_ADD = 1;
	static final int PORT_REMOVE = 2;
	static final int PORT_READY = 3;
	static final int CONSOLE_PORT = 4;
	static final int PORT_OPEN = 6;
	static final int PORT_NAME = 7;

	static final int SIZE = 8;

	QtestControl(int id, int event, int value) {
		this(id, event, value, "");
	}

	static QtestControl name(int id, String name) {
		return new QtestControl(id, PORT_NAME, 1, name);
	}

	static QtestControl decode(byte[] bytes) {
		var fields = ByteBuffer.wrap(bytes).order(LITTLE_ENDIAN);
		return new QtestControl(fields.getInt(), fields.getShort() & 0xffff, fields.getShort() & 0xffff,
				new String(bytes, SIZE, bytes.length - SIZE, UTF_8));
	}

	byte[] bytes() {
		var end = tail.getBytes(UTF_8);
		return ByteBuffer.allocate(SIZE + end.length).order(LITTLE_ENDIAN).putInt(id).putShort((short) event)
				.putShort((short) value).put(end).array();
	}
}
