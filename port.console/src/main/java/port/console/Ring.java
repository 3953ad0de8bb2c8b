package port.console;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The last of what the guest said, by its place in all that it ever said. Each reader remembers its place alone, so a
 * hundred of them cost no more memory than one. Loop thread, but for the two counts.
 */
final class Ring {
	private final byte[] bytes;
	private volatile long end;
	/** What was said before this place another ring had. */
	private long first;

	Ring(int capacity) {
		bytes = new byte[capacity];
	}

	/** Takes all remaining bytes; what is too old for it is forgotten. Moves nothing in {@code data}. */
	void add(ByteBuffer data) {
		int count = data.remaining();
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

	/** The place behind the last byte. */
	long end() {
		return end;
	}

	/** The place of the oldest byte that is here. */
	long start() {
		return Math.max(first, end - bytes.length);
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
