package port.testkit;

import java.nio.ByteBuffer;

import bus.api.GuestPort;
import bus.api.HostPort;

/** A port that keeps the contract: two bounded queues, whose other ends the far end has in its hands. */
class QueuePort implements HostPort, FarEnd {
	final ByteQueue fromGuest = new ByteQueue();
	final ByteQueue toGuest = new ByteQueue();
	volatile GuestPort guest;

	/** Bytes in order, up to a bound. Any thread. */
	static final class ByteQueue {
		private final ByteBuffer bytes = ByteBuffer.allocate(20_000);

		synchronized int put(ByteBuffer from) {
			return move(from, bytes);
		}

		synchronized int take(ByteBuffer to) {
			bytes.flip();
			int count = move(bytes, to);
			bytes.compact();
			return count;
		}

		synchronized void clear() {
			bytes.clear();
		}

		private static int move(ByteBuffer from, ByteBuffer to) {
			int count = Math.min(from.remaining(), to.remaining());
			to.put(from.slice(from.position(), count));
			from.position(from.position() + count);
			return count;
		}
	}

	@Override
	public void plugged(GuestPort half) throws Exception {
		guest = half;
		guest.open();
	}

	@Override
	public int guestData(ByteBuffer data) {
		return fromGuest.put(data);
	}

	@Override
	public int hostData(ByteBuffer room) {
		return toGuest.take(room);
	}

	@Override
	public void unplugged() {
		fromGuest.clear();
		toGuest.clear();
	}

	@Override
	public int read(ByteBuffer target) {
		int count = fromGuest.take(target);
		if (count > 0)
			guest.writable();
		return count;
	}

	@Override
	public int write(ByteBuffer source) {
		int count = toGuest.put(source);
		guest.readable();
		return count;
	}

	@Override
	public void close() {
		// nothing is open
	}
}
