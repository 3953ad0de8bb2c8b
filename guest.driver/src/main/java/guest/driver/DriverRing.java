package guest.driver;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The driver's side of a virtqueue, in whichever layout was negotiated: gives chains of buffers to the device and takes
 * them back.
 *
 * <p>One thread at a time. Needs no kernel: the memory may be any off-heap memory, and kicks and calls are the
 * caller's. What the device returns is checked; a lie throws {@link DeviceViolationException}. To lie to the device,
 * write through {@link SplitDriverRing#memory} and {@link PackedDriverRing#memory}.
 */
public sealed interface DriverRing permits SplitDriverRing, PackedDriverRing {
	/** What {@link #add} answers when descriptors are short: nothing was added. */
	int FULL = -1;
	/** Of virtio; the device has no larger ring. */
	int MAX_SIZE = 32768;

	/**
	 * A chain that came back.
	 *
	 * @param token what {@link DriverRing#add} answered
	 * @param length bytes the device says it has written, at most what it was given; all of them where the device
	 *        passed over the chain in a batch
	 */
	record Used(int token, int length) {
	}

	/**
	 * Makes an empty ring in freshly allocated memory.
	 *
	 * @param size up to {@link #MAX_SIZE}, a power of two unless the ring is packed
	 * @param features those in force, as in {@link VirtioFeature}: RING_PACKED, IN_ORDER, EVENT_IDX and INDIRECT_DESC
	 *        matter; with the last, chains of more than one buffer are in a table of their own
	 */
	static DriverRing create(GuestRam ram, int size, long features) {
		return (features & VirtioFeature.RING_PACKED) != 0 ? new PackedDriverRing(ram, size, features)
				: new SplitDriverRing(ram, size, features);
	}

	int size();

	/** Guest-physical address of the descriptors. */
	long descAddress();

	/** Guest-physical address of the available ring, or of the driver's event suppression. */
	long availAddress();

	/** Guest-physical address of the used ring, or of the device's event suppression. */
	long usedAddress();

	/** SET_VRING_BASE of a ring that nobody has used yet. */
	int startBase();

	/** Descriptors that {@link #add} can still take. */
	int freeDescriptors();

	/** Chains that are with the device, or returned and not yet polled. */
	int outstanding();

	/**
	 * Gives a chain to the device; it is visible at once. Ask {@link #kickNeeded} after the last of a batch.
	 *
	 * @param readable what the device reads; parts of the ring's {@link GuestRam}
	 * @param writables where the device writes
	 * @return the token that comes back with {@link #poll}, less than {@link #size}; {@link #FULL} if it does not fit
	 */
	int add(List<MemorySegment> readable, List<MemorySegment> writables);

	/** Whether the device wants to hear of what was added since the last call of this method. */
	boolean kickNeeded();

	/** Whether {@link #poll} has something. */
	boolean hasUsed();

	/**
	 * Takes one returned chain. Those of a batch that the device returns with one entry come one by one.
	 *
	 * @return null if there is none; then the device will call for the next one, unless interrupts are disabled
	 * @throws DeviceViolationException if the device returns what it does not have, or claims to have written too much
	 */
	Used poll();

	/**
	 * Asks the device to call for the next returned chain.
	 *
	 * @return true if one has come back already, for which no call need come
	 */
	boolean enableInterrupts();

	/** Asks the device not to call; calls may come all the same. */
	void disableInterrupts();
}
