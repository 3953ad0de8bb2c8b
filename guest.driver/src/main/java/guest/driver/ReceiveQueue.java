package guest.driver;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A receiveq: buffers are with the device until it has written to them; what it returns stays in the ring until read,
 * and goes back to the device when it has been read. Under the driver's lock.
 */
final class ReceiveQueue {
	private final DriverRing ring;
	private final EventCounter kick;
	private final BufferPool pool;
	private final MemorySegment[] buffers;
	private MemorySegment current;
	private long position;
	private long length;

	ReceiveQueue(DriverRing ring, EventCounter kick, BufferPool pool) {
		this.ring = ring;
		this.kick = kick;
		this.pool = pool;
		this.buffers = new MemorySegment[ring.size()];
	}

	DriverRing ring() {
		return ring;
	}

	/** Gives the device buffers until it has {@code count}, or as many as fit. */
	void fill(int count, int size) {
		for (int have = ring.outstanding(); have < count && ring.freeDescriptors() > 0; have++)
			post(pool.take(size));
		kickIfNeeded();
	}

	private void post(MemorySegment buffer) {
		buffers[ring.add(List.of(), List.of(buffer))] = buffer;
	}

	private void kickIfNeeded() {
		if (ring.kickNeeded())
			kick.ring();
	}

	/** The unread bytes of the oldest returned buffer; null if there is none. */
	MemorySegment peek() {
		while (current == null) {
			var used = ring.poll();
			if (used == null)
				return null;
			current = buffers[used.token()];
			position = 0;
			length = used.length();
			if (length == 0)
				recycle();
		}
		return current.asSlice(position, length - position);
	}

	/** Marks bytes of what {@link #peek} gave as read. */
	void consume(long bytes) {
		position += bytes;
		if (position == length)
			recycle();
	}

	private void recycle() {
		var buffer = current;
		current = null;
		post(buffer);
		kickIfNeeded();
	}

	/** Reads everything and keeps nothing. */
	long discard() {
		long bytes = 0;
		for (var data = peek(); data != null; data = peek()) {
			bytes += data.byteSize();
			consume(data.byteSize());
		}
		return bytes;
	}
}
