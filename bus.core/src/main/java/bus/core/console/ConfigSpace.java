package bus.core.console;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.ByteBuffer;

/**
 * The configuration space, section 5.3.4.
 *
 * <pre>
 *   0: columns u16      2: rows u16      4: max_nr_ports u32      8: emerg_wr u32
 * </pre>
 *
 * Loop thread.
 */
final class ConfigSpace {
	static final int SIZE = 12;
	private static final int EMERGENCY = 8;

	private final ByteBuffer bytes = ByteBuffer.allocate(SIZE).order(LITTLE_ENDIAN);

	void ports(int usable) {
		bytes.putInt(4, usable);
	}

	void size(int columns, int rows) {
		bytes.putShort(0, (short) columns).putShort(2, (short) rows);
	}

	/** Fills {@code target} from {@code offset} on; zeros beyond the end, because front-ends read 256 bytes. */
	void read(int offset, byte[] target) {
		for (int i = 0; i < target.length; i++)
			target[i] = offset + i < SIZE ? bytes.get(offset + i) : 0;
	}

	/**
	 * What a write means: nothing but {@code emerg_wr} can be written.
	 *
	 * <p>QEMU sends the whole space with each write, from a copy that it refreshes on reads only. A write to another
	 * field therefore repeats the last emergency byte; the other fields then differ from ours, which tells the two apart.
	 *
	 * @return the byte of an emergency write, or -1 if it was none
	 */
	int emergencyByte(int offset, byte[] source) {
		int value = 0;
		for (int i = 0; i < source.length; i++) {
			int at = offset + i;
			if (at < EMERGENCY && source[i] != bytes.get(at))
				return -1;
			if (at >= EMERGENCY && at < SIZE)
				value |= (source[i] & 0xff) << 8 * (at - EMERGENCY);
		}
		return value == 0 ? -1 : value & 0xff;
	}
}
