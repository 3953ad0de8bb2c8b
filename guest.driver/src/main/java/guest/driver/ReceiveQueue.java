package guest.driver;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A receiveq: a buffer is with the device until that has written to it, waits here until it is read, and goes back.
 * Room at the device and unread bytes together stay within a limit, if there is one. Under the driver's lock.
 */
final class ReceiveQueue {
	/** A buffer that came back, and how much of it the device has written. */
	private record Filled(MemorySegment buffer, int length) {
	}

	private final DriverRing ring;
	private final EventCounter kick;
	private final BufferPool pool;
	/** By token: the buffers with the device, and how much of each it may use. */
	private final MemorySegment[] posted;
	private final int[] rooms;
	private final Deque<MemorySegment> spare = new ArrayDeque<>();
	private final Deque<Filled> filled = new ArrayDeque<>();
	private int count;
	private int size;
	/** 0 is none. */
	private long limit;
	private long room;
	private long unread;
	/** In the oldest filled buffer. */
	private int position;

	ReceiveQueue(DriverRing ring, EventCounter kick, BufferPool pool) {
		this.ring = ring;
		this.kick = kick;
		this.pool = pool;
		this.posted = new MemorySegment[ring.size()];
		this.rooms = new int[ring.size()];
	}

	/** Has {@code most} buffers in use from now on, or as many as fit into the ring and the limit. */
	void fill(int most, int bytes) {
		count = Math.min(most, ring.size());
		size = bytes;
		post();
	}

	/** Takes effect as the device returns what it has. */
	void limit(long bytes) {
		limit = bytes;
		post();
	}

	long unread() {
		return unread;
	}

	/** The device can send nothing until something is read. */
	boolean throttled() {
		return room == 0 && unread > 0;
	}

	private void post() {
		int bytes = limit == 0 ? size : (int) Math.min(size, limit);
		while (ring.outstanding() + filled.size() < count && (limit == 0 || room + unread + bytes <= limit)) {
			var buffer = spare.isEmpty() ? pool.take(size) : spare.pop();
			int token = ring.add(List.of(), List.of(buffer.asSlice(0, bytes)));
			posted[token] = buffer;
			rooms[token] = bytes;
			room += bytes;
		}
		if (ring.kickNeeded())
			kick.ring();
	}

	/** Takes over what the device has returned; at most what it had, however fast it is. */
	void collect() {
		for (var used = ring.poll(); used != null; used = ring.poll()) {
			room -= rooms[used.token()];
			if (used.length() == 0)
				spare.push(posted[used.token()]);
			else
				filled.add(new Filled(posted[used.token()], used.length()));
			unread += used.length();
		}
		post();
	}

	/** The unread bytes of the oldest buffer collected; null if there is none. */
	MemorySegment peek() {
		var oldest = filled.peek();
		return oldest == null ? null : oldest.buffer.asSlice(position, oldest.length - position);
	}

	/** Marks bytes of what {@link #peek} gave as read. */
	void consume(long bytes) {
		position += (int) bytes;
		unread -= bytes;
		if (position < filled.element().length)
			return;
		spare.push(filled.remove().buffer);
		position = 0;
		post();
	}

	/** Collects everything and keeps nothing. */
	long discard() {
		collect();
		long bytes = unread;
		for (var data = peek(); data != null; data = peek())
			consume(data.byteSize());
		return bytes;
	}
}
