package port.socket;

import java.nio.ByteBuffer;

import port.endpoint.Connection;

/** A client of a {@link Hub}, and what it has not taken yet. Loop thread. */
final class Client {
	private final Connection connection;
	private final Ring queue;
	/** It takes nothing, and the others wait for it. */
	private boolean stalled;
	private long stalledSince;
	private boolean gone;

	Client(Connection connection, Ring queue) {
		this.connection = connection;
		this.queue = queue;
	}

	Connection connection() {
		return connection;
	}

	Ring queue() {
		return queue;
	}

	/** It has closed, or was dropped. */
	boolean isGone() {
		return gone;
	}

	void leave() {
		gone = true;
	}

	/** Writes what waits. Answers whether there is room for more now. */
	boolean flush() {
		int before = queue.size();
		if (!queue.writeTo(connection))
			gone = true;
		if (queue.size() < before)
			stalled = false;
		return !gone && queue.free() > 0;
	}

	/** For the only client: what it takes now. The rest is the guest's to keep. */
	int write(ByteBuffer data) {
		flush();
		if (gone || !queue.isEmpty())
			return 0;
		int taken = connection.write(data);
		gone = taken < 0;
		return Math.max(taken, 0);
	}

	/** For one of several: takes it all, which is not more than is {@linkplain Ring#free free}. */
	void enqueue(ByteBuffer data) {
		if (queue.isEmpty() && connection.write(data) < 0)
			gone = true;
		else
			queue.put(data);
	}

	void stall(long now) {
		if (!stalled)
			stalledSince = now;
		stalled = true;
	}

	boolean isStalled() {
		return stalled;
	}

	boolean isStalled(long now, long nanos) {
		return stalled && now - stalledSince >= nanos;
	}

	int read(ByteBuffer room) {
		int read = connection.read(room);
		if (read < 0)
			gone = true;
		return Math.max(read, 0);
	}
}
