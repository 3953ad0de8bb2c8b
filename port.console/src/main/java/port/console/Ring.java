package port.console;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The last of what the guest said, by its place in all that it ever said. Each reader remembers its place alone, so a
 * hundred of them cost no more memory than one. It grows as the guest speaks: of a thousand consoles most are silent. Loop
 * thread, but for the two counts.
 */
final class Ring {
	/** A login prompt and what comes before it. */
	private static final int FIRST_LENGTH = 4096;

	private final int capacity;
	/** Nothing was forgotten as long as it is shorter than the capacity. */
	private byte[] bytes = {};
	private volatile long end;
	/** What was said before this place another ring had. */
	private long first;

	Ring(int capacity) {
		this.capacity = capacity;
	}

	/** Takes all remaining bytes; what is too old for it is forgotten. Moves nothing in {@code data}. */
	void add(ByteBuffer data) {
		int count = data.remaining();
		growTo(Math.min(capacity, end - start() + count));
		int kept = Math.min(count, bytes.length);
		int from = data.limit() - kept;
		long at = end + count - kept;
		for (int done = 0; done < kept;) {
			int index = (int) ((at + done) % bytes.length);
			int run = Math.min(kept - done, bytes.length - index);
			data.get(from + done, bytes, index, run);
			done += run;
		}
		end += count;
	}

	private void growTo(long needed) {
		if (needed <= bytes.length)
			return;
		var longer = new byte[(int) Math.min(capacity, Math.max(needed, Math.max(FIRST_LENGTH, 2L * bytes.length)))];
		for (long place = start(); place < end; place++)
			longer[(int) (place % longer.length)] = bytes[(int) (place % bytes.length)];
		bytes = longer;
	}

	/** The place behind the last byte. */
	long end() {
		return end;
	}

	/** The place of the oldest byte that is here. */
	long start() {
		return Math.max(first, end - capacity);
	}

	/**
	 * Copies what there is room for.
	 *
	 * @param from not before {@link #start}
	 * @param to at most {@link #end}
	 * @return bytes copied
	 */
	int read(long from, long to, ByteBuffer into) {
		int count = (int) Math.min(to - from, into.remaining());
		for (int done = 0; done < count;) {
			int index = (int) ((from + done) % bytes.length);
			int run = Math.min(count - done, bytes.length - index);
			into.put(bytes, index, run);
			done += run;
		}
		return count;
	}

	/** Writes down what is here. */
	void save(DataOutput to) throws IOException {
		long from = start();
		var all = ByteBuffer.allocate((int) (end - from));
		read(from, end, all);
		to.writeLong(from);
		Kept.write(to, all.flip());
	}

	/** Goes on from there, as the first thing that it does; it may be larger or smaller than the one before. */
	void restore(DataInput from) throws IOException {
		first = from.readLong();
		end = first;
		add(ByteBuffer.wrap(Kept.read(from)));
	}
}
