package guest.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A message of the control queues (virtio 1.2, 5.3.6.2): {le32 id, le16 event, le16 value}, then what the event has.
 *
 * @param event one of the constants, or anything else in a test
 * @param rest a name, or a size as le16 columns and le16 rows
 */
public record ControlMessage(int id, int event, int value, byte... rest) {
	public static final int DEVICE_READY = 0;
	public static final int PORT_ADD = 1;
	public static final int PORT_REMOVE = 2;
	public static final int PORT_READY = 3;
	public static final int CONSOLE_PORT = 4;
	public static final int RESIZE = 5;
	public static final int PORT_OPEN = 6;
	public static final int PORT_NAME = 7;
	/** The id where there is none to name; what Linux sends with DEVICE_READY. */
	public static final int NO_ID = 0xffffffff;
	public static final int HEADER_SIZE = 8;

	private static final String[] NAMES = { "DEVICE_READY", "PORT_ADD", "PORT_REMOVE", "PORT_READY", "CONSOLE_PORT",
			"RESIZE", "PORT_OPEN", "PORT_NAME" };

	/**
	 * @throws DeviceViolationException if there are fewer than {@link #HEADER_SIZE} bytes
	 */
	public static ControlMessage decode(byte[] bytes) {
		if (bytes.length < HEADER_SIZE)
			throw new DeviceViolationException("control message of " + bytes.length + " bytes, at least "
					+ HEADER_SIZE + " are needed");
		var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
		int id = in.getInt();
		int event = Short.toUnsignedInt(in.getShort());
		int value = Short.toUnsignedInt(in.getShort());
		var rest = new byte[in.remaining()];
		in.get(rest);
		return new ControlMessage(id, event, value, rest);
	}

	public byte[] encode() {
		return ByteBuffer.allocate(HEADER_SIZE + rest.length).order(ByteOrder.LITTLE_ENDIAN).putInt(id)
				.putShort((short) event).putShort((short) value).put(rest).array();
	}

	/** The name in a PORT_NAME. The specification says without a NUL, QEMU sends one, Linux copes with both. */
	public String name() {
		int length = rest.length;
		while (length > 0 && rest[length - 1] == 0)
			length--;
		return new String(rest, 0, length, StandardCharsets.UTF_8);
	}

	@Override
	public String toString() {
		String what = event < NAMES.length ? NAMES[event] : "event " + event;
		return what + " id=" + Integer.toUnsignedString(id) + " value=" + value
				+ (event == PORT_NAME ? " name=" + name() : rest.length > 0 ? " +" + rest.length + " bytes" : "");
	}
}
