package bus.itest;

/**
 * A virtqueue that a test lays out in a guest's RAM. It does not keep count of free descriptors: no test uses more than
 * there are.
 */
abstract sealed class QtestRing permits QtestSplitRing, QtestPackedRing {
	static final int NEXT = 1;
	static final int WRITE = 2;
	static final int INDIRECT = 4;
	static final int DESCRIPTOR = 16;

	/** A piece of guest memory; the device reads it, or writes to it. */
	record Buffer(long address, int length, boolean writable) {

		static Buffer readable(long address, int length) {
			return new Buffer(address, length, false);
		}

		static Buffer writable(long address, int length) {
			return new Buffer(address, length, true);
		}
	}

	/**
	 * A chain that came back.
	 *
	 * @param id what {@link QtestRing#add} answered
	 * @param length bytes that the device says it has written
	 */
	record Used(int id, int length) {
	}

	final Qtest qtest;
	final int size;
	final long descriptors;

	QtestRing(Qtest qtest, int size, long descriptors) {
		this.qtest = qtest;
		this.size = size;
		this.descriptors = descriptors;
	}

	/** As much RAM as a ring of either layout takes. */
	static int bytes(int size) {
		return DESCRIPTOR * size + 8 + 2 * size + 8 + 8 * size;
	}

	final int size() {
		return size;
	}

	final long descriptors() {
		return descriptors;
	}

	/** The address of what only the driver writes. */
	abstract long driverArea();

	/** The address of what only the device writes. */
	abstract long deviceArea();

	/** Offers a chain; answers by which id it comes back. */
	abstract int add(Buffer... chain);

	/** Asks for an interrupt when the next chain comes back, or for none before a turn of the ring; with EVENT_IDX. */
	abstract void wantInterrupt(boolean wanted);

	/** Whether a chain has come back that {@link #take} has not answered. */
	abstract boolean hasUsed();

	/** The next chain that came back. */
	abstract Used next();

	/** Waits for the next chain that comes back. */
	final Used take() {
		Await.until("a buffer back from the device", this::hasUsed);
		return next();
	}
}
