package bus.itest;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.ByteBuffer;

/**
 * A split virtqueue (virtio 1.3, section 2.7), rightly used with {@link #add}, wrongly with {@link #descriptor} and
 * {@link #offer}.
 *
 * <pre>
 *   descriptor   0: address u64     8: length u32     12: flags u16    14: next u16
 *   available    0: flags u16       2: index u16       4: ring u16[n]  4+2n: used_event u16
 *   used         0: flags u16       2: index u16       4: ring {id u32, length u32}[n]
 * </pre>
 */
final class QtestSplitRing extends QtestRing {
	private final long available;
	private final long used;
	private int free;
	private int offered;
	private int taken;

	/**
	 * @param size a power of two, as no ring of this layout may have another
	 * @param ram with {@link #bytes} zero bytes at a multiple of 16
	 */
	QtestSplitRing(Qtest qtest, int size, long ram) {
		super(qtest, size, ram);
		this.available = ram + (long) DESCRIPTOR * size;
		this.used = available + 8 + 2L * size; // a multiple of 4
	}

	@Override
	long driverArea() {
		return available;
	}

	@Override
	long deviceArea() {
		return used;
	}

	@Override
	int add(Buffer... chain) {
		int head = free;
		for (int i = 0; i < chain.length; i++) {
			int next = i == chain.length - 1 ? 0 : head + i + 1 & size - 1;
			int flags = (chain[i].writable() ? WRITE : 0) | (i == chain.length - 1 ? 0 : NEXT);
			descriptor(head + i & size - 1, chain[i].address(), chain[i].length(), flags, next);
		}
		free = head + chain.length & size - 1;
		offer(head);
		return head;
	}

	/** Fills an entry of the table, with anything. */
	void descriptor(int index, long address, int length, int flags, int next) {
		qtest.write(descriptors + (long) DESCRIPTOR * index, describe(address, length, flags, next));
	}

	/** The bytes of a descriptor, for this table or an indirect one. */
	static byte[] describe(long address, int length, int flags, int next) {
		return ByteBuffer.allocate(DESCRIPTOR).order(LITTLE_ENDIAN).putLong(address).putInt(length)
				.putShort((short) flags).putShort((short) next).array();
	}

	/** Puts a head, whatever it is, into the available ring. */
	void offer(int head) {
		qtest.write16(available + 4 + 2L * (offered & size - 1), head);
		offerMore(1);
	}

	/** Moves the available index on, whatever is in the ring. */
	void offerMore(int count) {
		offered += count;
		qtest.write16(available + 2, offered);
	}

	@Override
	void wantInterrupt(boolean wanted) {
		qtest.write16(available + 4 + 2L * size, wanted ? taken : taken - 1);
	}

	@Override
	boolean hasUsed() {
		return (qtest.read16(used + 2) - taken & 0xffff) != 0;
	}

	@Override
	Used next() {
		long entry = used + 4 + 8L * (taken++ & size - 1);
		return new Used(qtest.read32(entry), qtest.read32(entry + 4));
	}
}
