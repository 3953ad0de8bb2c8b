package bus.core.console;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.ByteBuffer;

/**
 * A control message, section 5.3.6.2.
 *
 * <pre>
 *   0: id u32      4: event u16      6: value u16      8: name, or columns u16 and rows u16
 * </pre>
 *
 * @param id the port
 * @param event the number of a {@link ControlEvent}, or of none
 * @param value as the event defines it
 */
record ControlMessage(int id, int event, int value) {

	static final int SIZE = 8;

	static ControlMessage decode(ByteBuffer bytes) {
		bytes.order(LITTLE_ENDIAN);
		return new ControlMessage(bytes.getInt(0), Short.toUnsignedInt(bytes.getShort(4)),
				Short.toUnsignedInt(bytes.getShort(6)));
	}

	boolean is(int port, ControlEvent what) {
		return id == port && event == what.ordinal();
	}

	/** The bytes of a message to the driver. */
	static byte[] encode(int id, ControlEvent event, int value, byte... tail) {
		return ByteBuffer.allocate(SIZE + tail.length).order(LITTLE_ENDIAN).putInt(id)
				.putShort((short) event.ordinal()).putShort((short) value).put(tail).array();
	}

	/** What follows a {@link ControlEvent#RESIZE}. */
	static byte[] pair(int first, int second) {
		return ByteBuffer.allocate(4).order(LITTLE_ENDIAN).putShort((short) first).putShort((short) second).array();
	}

	static int first(byte[] pair) {
		return Short.toUnsignedInt(ByteBuffer.wrap(pair).order(LITTLE_ENDIAN).getShort(0));
	}

	static int second(byte[] pair) {
		return Short.toUnsignedInt(ByteBuffer.wrap(pair).order(LITTLE_ENDIAN).getShort(2));
	}
}
