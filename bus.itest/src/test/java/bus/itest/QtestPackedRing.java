package bus.itest;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.ByteBuffer;

/**
 * A packed virtqueue (virtio 1.3, section 2.8).
 *
 * <pre>
 *   descriptor   0: address u64      8: length u32      12: id u16      14: flags u16
 *   event        0: index 15 bits, wrap 1 bit            2: flags u16, the driver's, then the device's
 * </pre>
 */
final class QtestPackedRing extends QtestRing {
	private static final int AVAIL = 1 << 7;
	private static final int USED = 1 << 15;
	private static final int EVENT_DISABLE = 1;
	private static final int EVENT_DESC = 2;
	private static final int ID = 12;
	private static final int FLAGS = 14;

	private final long events;
	private final int[] lengthOf;
	private int free;
	private boolean freeWrap = true;
	private int taken;
	private boolean takenWrap = true;

	/**
	 * @param size any number
	 * @param ram with {@link #bytes} zero bytes at a multiple of 16
	 */
	QtestPackedRing(Qtest qtest, int size, long ram) {
		super(qtest, size, ram);
		this.events = ram + (long) DESCRIPTOR * size;
		this.lengthOf = new int[size];
	}

	@Override
	long driverArea() {
		return events;
	}

	@Override
	long deviceArea() {
		return events + 4;
	}

	@Override
	int add(Buffer... chain) {
		return add(false, chain);
	}

	/** Offers a chain whose last descriptor says that another one follows. */
	void addWithoutEnd(Buffer... chain) {
		add(true, chain);
	}

	private int add(boolean endless, Buffer... chain) {
		int id = free;
		int first = (freeWrap ? AVAIL : USED) | flags(chain, 0, endless);
		for (int i = 0; i < chain.length; i++) {
			// the first one's flags, which hand the chain over, are still those of the turn before
			int flags = i == 0 ? qtest.read16(at(free) + FLAGS) : (freeWrap ? AVAIL : USED) | flags(chain, i, endless);
			qtest.write(at(free), ByteBuffer.allocate(DESCRIPTOR).order(LITTLE_ENDIAN).putLong(chain[i].address())
					.putInt(chain[i].length()).putShort((short) id).putShort((short) flags).array());
			if (++free == size) {
				free = 0;
				freeWrap = !freeWrap;
			}
		}
		lengthOf[id] = chain.length;
		qtest.write16(at(id) + FLAGS, first);
		return id;
	}

	private static int flags(Buffer[] chain, int i, boolean endless) {
		return (chain[i].writable() ? WRITE : 0) | (i == chain.length - 1 && !endless ? 0 : NEXT);
	}

	private long at(int index) {
		return descriptors + (long) DESCRIPTOR * index;
	}

	@Override
	void wantInterrupt(boolean wanted) {
		qtest.write32(events, wanted ? taken | (takenWrap ? 1 << 15 : 0) | EVENT_DESC << 16 : EVENT_DISABLE << 16);
	}

	@Override
	boolean hasUsed() {
		int flags = qtest.read16(at(taken) + FLAGS);
		return (flags & AVAIL) != 0 == takenWrap && (flags & USED) != 0 == takenWrap;
	}

	@Override
	Used next() {
		int id = qtest.read16(at(taken) + ID);
		// section 2.8.8: without the flag the length means nothing
		int length = (qtest.read16(at(taken) + FLAGS) & WRITE) == 0 ? 0 : qtest.read32(at(taken) + 8);
		taken += lengthOf[id];
		if (taken >= size) {
			taken -= size;
			takenWrap = !takenWrap;
		}
		return new Used(id, length);
	}
}
