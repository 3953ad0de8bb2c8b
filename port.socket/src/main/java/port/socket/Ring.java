package port.socket;

import java.nio.ByteBuffer;

import port.endpoint.Connection;

/** Bytes on their way to clients, the oldest first, up to a number. Memory comes with the first byte. */
final class Ring {
	private final int capacity;
	private byte[] bytes;
	private int first;
	private int size;

	Ring(int capacity) {
		this.capacity = capacity;
	}

	int size() {
		return size;
	}

	int free() {
		return capacity - size;
	}

	boolean isEmpty() {
		return size == 0;
	}

	/** Adds all of {@code data}; what is too much pushes the oldest out. Answers how many bytes were lost. */
	int put(ByteBuffer data) {
		if (bytes == null && data.hasRemaining())
			bytes = new byte[capacity];
		int skipped = Math.max(0, data.remaining() - capacity);
		data.position(data.position() + skipped);
		int pushed = Math.max(0, data.remaining() - free());
		drop(pushed);
		while (data.hasRemaining()) {
			int end = (first + size) % capacity;
			int piece = Math.min(data.remaining(), capacity - end);
			data.get(bytes, end, piece);
			size += piece;
		}
		return skipped + pushed;
	}

	/** The oldest bytes, as many as lie in a row; to be {@linkplain #drop dropped} by who has used them. */
	ByteBuffer oldest() {
		return isEmpty() ? ByteBuffer.allocate(0) : ByteBuffer.wrap(bytes, first, Math.min(size, capacity - first));
	}

	void drop(int count) {
		size -= count;
		first = size == 0 ? 0 : (first + count) % capacity;
	}

	/** Lets a client have what it takes. Answers false if it has gone. */
	boolean writeTo(Connection client) {
		while (!isEmpty()) {
			var piece = oldest();
			int offered = piece.remaining();
			int taken = client.write(piece);
			if (taken < 0)
				return false;
			drop(taken);
			if (taken < offered)
				return true;
		}
		return true;
	}
}
