package bench.rings;

/** Where a queue's bytes go, or where they come from. The numbers are those of {@code enum path} in rings.c. */
enum DataPath {
	/** Nowhere: the chains are given back. */
	DISCARD,
	/** Nowhere: the chains are given back as if they had been filled. */
	FILL,
	/** To a descriptor. */
	WRITE,
	/** From a descriptor. */
	READ,
	/** To a port's own call. */
	HAND,
	/** From a port's own call. */
	ASK;

	/** Whether the device writes the guest's buffers. */
	boolean isToGuest() {
		return this == FILL || this == READ || this == ASK;
	}

	/** Whether the port has a descriptor. */
	boolean hasDescriptor() {
		return this == WRITE || this == READ;
	}
}
