package guest.driver;

/** A place in a packed ring, with the wrap counter of whoever walks there. */
final class RingCursor {
	private final int size;
	private int slot;
	private boolean wrap = true;

	RingCursor(int size) {
		this.size = size;
	}

	int slot() {
		return slot;
	}

	boolean wrap() {
		return wrap;
	}

	/** At most a whole turn. */
	void advance(int slots) {
		slot += slots;
		if (slot >= size) {
			slot -= size;
			wrap = !wrap;
		}
	}

	/** As event areas and SET_VRING_BASE have it. */
	int encoded() {
		return slot | (wrap ? PackedRingMemory.WRAP : 0);
	}

	/** How many slots ago an encoded place was left behind; 0 or less if that is still to come. */
	int distanceFrom(int encoded) {
		int place = encoded & PackedRingMemory.WRAP - 1;
		return (encoded & PackedRingMemory.WRAP) != 0 == wrap ? slot - place : slot + size - place;
	}
}
