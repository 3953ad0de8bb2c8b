package bus.core.console;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.ByteBuffer;
import java.util.Arrays;

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
	private int lastValue;
	private byte[] lastWrite = new byte[SIZE];

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
	 * <p>QEMU sends the whole space with each write, from a copy of its own, which it refreshes when the guest reads. So a
	 * write to another field repeats the last emergency byte. That is told apart by the other fields: in a true emergency
	 * write they are ours, or as they were in the write before; zeros if the guest has never read.
	 *
	 * @return the byte of an emergency write, or -1 if it was none
	 */
	int emergencyByte(int offset, byte[] source) {
		int value = 0;
		for (int i = 0; i < source.length; i++)
			if (offset + i >= EMERGENCY && offset + i < SIZE)
				value |= (source[i] & 0xff) << 8 * (offset + i - EMERGENCY);
		boolean wholeSpace = offset == 0 && source.length >= SIZE;
		boolean stale = wholeSpace && value == lastValue && !startsWith(source, bytes.array())
				&& !startsWith(source, lastWrite);
		lastValue = value;
		if (wholeSpace)
			lastWrite = source.clone();
		return value == 0 || stale ? -1 : value & 0xff;
	}

	private static boolean startsWith(byte[] source, byte[] fields) {
		return Arrays.equals(source, 0, EMERGENCY, fields, 0, EMERGENCY);
	}

	/** The copy of a front-end that has gone does not count any more. */
	void forgetWrites() {
		lastValue = 0;
		lastWrite = new byte[SIZE];
	}
}
