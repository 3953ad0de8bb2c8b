package guest.driver;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A transmitq: copies what is sent, frees the copy when the device returns it. Under the driver's lock. */
final class TransmitQueue {
	private static final long SPIN_NANOS = 20_000;

	private final DriverRing ring;
	private final EventCounter kick;
	private final BufferPool pool;
	private final MemorySegment[] buffers;
	private int outstanding;

	TransmitQueue(DriverRing ring, EventCounter kick, BufferPool pool) {
		this.ring = ring;
		this.kick = kick;
		this.pool = pool;
		this.buffers = new MemorySegment[ring.size()];
	}

	DriverRing ring() {
		return ring;
	}

	boolean full() {
		reclaim();
		return ring.freeDescriptors() == 0;
	}

	/** Whether the device has returned everything. */
	boolean idle() {
		reclaim();
		return outstanding == 0;
	}

	/**
	 * Waits as Linux does with a busy processor, except that it ends; false when the time is over. The longer it has waited
	 * the less often it looks: a thousand such guests would leave the device no processor to answer on.
	 */
	boolean spinUntilIdle(Duration limit) {
		var deadline = Deadline.after(limit);
		long began = System.nanoTime();
		while (!idle()) {
			if (deadline.passed())
				return false;
			LockSupport.parkNanos(Math.max(SPIN_NANOS, (System.nanoTime() - began) / 8));
		}
		return true;
	}

	/** To be called when not {@link #full}. */
	void send(byte[] bytes, int offset, int length) {
		var buffer = pool.take(length);
		MemorySegment.copy(bytes, offset, buffer, JAVA_BYTE, 0, length);
		buffers[ring.add(List.of(buffer), List.of())] = buffer;
		outstanding++;
		if (ring.kickNeeded())
			kick.ring();
	}

	private void reclaim() {
		for (var used = ring.poll(); used != null; used = ring.poll()) {
			pool.give(buffers[used.token()]);
			outstanding--;
		}
	}
}
