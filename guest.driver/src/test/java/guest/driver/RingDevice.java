package guest.driver;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** The device's side of a ring, just enough of it to test the driver's: written from the specification's text. */
sealed interface RingDevice permits SplitRingDevice, PackedRingDevice {
	/**
	 * Buffers of one chain.
	 *
	 * @param head the id that returns it
	 * @param slots of the ring, where that is packed
	 */
	record Chain(int head, int slots, List<MemorySegment> readable, List<MemorySegment> writable) {
		Chain(int head, int slots) {
			this(head, slots, new ArrayList<>(), new ArrayList<>());
		}

		byte[] text() {
			var all = new ByteArrayOutputStream();
			readable.forEach(part -> all.writeBytes(part.toArray(ValueLayout.JAVA_BYTE)));
			return all.toByteArray();
		}

		/** Writes into the writable buffers in turn. */
		int fill(byte[] data) {
			int done = 0;
			for (var part : writable) {
				int n = (int) Math.min(part.byteSize(), data.length - done);
				MemorySegment.copy(data, done, part, ValueLayout.JAVA_BYTE, 0, n);
				done += n;
			}
			return done;
		}
	}

	static RingDevice of(GuestRam ram, DriverRing ring, long features) {
		return switch (ring) {
			case SplitDriverRing split -> new SplitRingDevice(ram, split.memory(), features, ring.startBase());
			case PackedDriverRing packed -> new PackedRingDevice(ram, packed.memory(), features, ring.startBase());
		};
	}

	/** What GET_VRING_BASE answers, provided that everything taken was completed. */
	int base();

	/** The next chain or null; asks for a kick when there is none. */
	Chain next();

	/** Returns chains that were taken one after the other, with one entry if IN_ORDER is in force. */
	void complete(List<Chain> batch, int lengthOfLast);

	default void complete(Chain chain, int length) {
		complete(List.of(chain), length);
	}

	/** Whether the driver is to be called for what was completed since the last call of this method. */
	boolean callNeeded();

	static boolean has(long features, long feature) {
		return (features & feature) != 0;
	}
}
