package guest.driver;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The config space: {le16 columns, le16 rows, le32 max_nr_ports, le32 emerg_wr}. */
record ConsoleConfig(int columns, int rows, int maxPorts) {

	static ConsoleConfig decode(byte[] bytes) {
		var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
		return new ConsoleConfig(Short.toUnsignedInt(in.getShort(0)), Short.toUnsignedInt(in.getShort(2)),
				in.getInt(4));
	}
}
