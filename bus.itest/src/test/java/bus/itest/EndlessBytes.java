package bus.itest;

import java.util.Arrays;

/**
 * Bytes without an end that both sides of a port can make, as the guest's program {@code traffic} does: 64-bit numbers,
 * each the mixture of a seed and its place. What is lost, doubled or elsewhere shows at its byte.
 */
record EndlessBytes(long seed) {
	private static final long STEP = 0x9e3779b97f4a7c15L;

	byte[] bytes(long from, int size) {
		var bytes = new byte[size];
		for (int i = 0; i < size;) {
			int within = (int) ((from + i) % Long.BYTES);
			long value = mixed((from + i) / Long.BYTES) >>> within * Byte.SIZE;
			for (; within < Long.BYTES && i < size; within++, value >>>= Byte.SIZE)
				bytes[i++] = (byte) value;
		}
		return bytes;
	}

	private long mixed(long place) {
		long x = seed + place * STEP;
		x = (x ^ x >>> 30) * 0xbf58476d1ce4e5b9L;
		x = (x ^ x >>> 27) * 0x94d049bb133111ebL;
		return x ^ x >>> 31;
	}

	/** Where bytes are not those from there on; -1 if they are. */
	long mismatch(byte[] bytes, int size, long from) {
		var right = bytes(from, size);
		int at = Arrays.mismatch(bytes, 0, size, right, 0, size);
		return at < 0 ? -1 : from + at;
	}
}
