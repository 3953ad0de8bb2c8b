package bus.core.console;

import java.lang.foreign.ValueLayout;

import bus.core.virtio.ChainBatch;
import bus.core.virtio.Virtqueue;
import bus.linux.Errno;
import bus.linux.Linux;

/**
 * Moves what a port's host side has into the guest's receiveq: with readv straight into guest memory, or through one copy
 * from the port's own call. What the guest has no buffer for stays where it is. Loop thread.
 */
final class HostToGuest {
	/** Buffers for a first read: most reads are a few keys, and looking at 64 chains for them is work for nothing. */
	private static final int FIRST_SEGMENTS = 4;
	/** Of 64 buffers so many must have been of use, or the next read is offered few again. */
	private static final int FLOWING_PART = 4;

	private final PortCalls calls;
	private final PortState state;

	HostToGuest(PortCalls calls, PortState state) {
		this.calls = calls;
		this.state = state;
	}

	/**
	 * One turn.
	 *
	 * @param slot the queue's port, or null if none is plugged there
	 * @return whether the queue wants another turn
	 */
	boolean turn(Virtqueue queue, PortSlot slot, Scratch scratch) {
		boolean again = move(queue, slot, scratch);
		if (!again && slot != null && slot.descriptor != null && isSpent(slot.descriptor, scratch))
			state.hangup(slot);
		return again;
	}

	/**
	 * Whether the far end has left and all that it wrote is read. Reading would tell, but takes a buffer of the
	 * guest's, and the next client would wait for a guest that posts none or has not opened the port.
	 */
	private static boolean isSpent(HostDescriptor descriptor, Scratch scratch) {
		return descriptor.ending && Linux.ioctl(descriptor.number, Linux.FIONREAD, scratch.copy.address()) == 0
				&& scratch.copy.get(ValueLayout.JAVA_INT, 0) == 0;
	}

	private boolean move(Virtqueue queue, PortSlot slot, Scratch scratch) {
		long budget = GuestToHost.BYTES_PER_TURN;
		int segments = slot != null && slot.flowing ? Scratch.SEGMENTS : FIRST_SEGMENTS;
		while (budget > 0 && slot != null && slot.guestOpen && slot.hostOpen && hasBytes(slot)) {
			if (queue.fetch(scratch.batch, true, segments, budget) == 0) {
				if (!queue.awaitMore(budget < GuestToHost.BYTES_PER_TURN))
					return false;
				continue;
			}
			long room = scratch.batch.bytes();
			long moved = room == 0 ? skipEmpty(queue, scratch.batch)
					: slot.descriptor != null ? read(queue, slot, scratch.batch) : ask(queue, slot, scratch);
			if (moved < 0)
				return false;
			slot.answered = true;
			slot.flowing = moved == room || slot.flowing && moved > room / FLOWING_PART;
			segments = slot.flowing ? Scratch.SEGMENTS : FIRST_SEGMENTS;
			queue.publish();
			budget -= GuestToHost.charge(moved, scratch.batch);
		}
		return budget <= 0;
	}

	private static boolean hasBytes(PortSlot slot) {
		return slot.descriptor != null ? slot.descriptor.readable : slot.readable;
	}

	/** Chains without a byte of room go back, or they would be looked at for ever. */
	private static long skipEmpty(Virtqueue queue, ChainBatch batch) {
		queue.fill(batch, 0);
		return 0;
	}

	private long read(Virtqueue queue, PortSlot slot, ChainBatch batch) {
		long read = Linux.readv(slot.descriptor.number, batch.iovec(), batch.segments());
		if (read > 0) {
			boolean all = read < batch.bytes();
			queue.fill(batch, read);
			slot.toGuest += read;
			// but at the end of a stream no further edge comes. A client that passes descriptors or urgent data with its
			// bytes makes short reads, too: it gets the rest of them through with its next byte
			if (all && slot.descriptor.stream && !slot.descriptor.ending)
				slot.descriptor.readable = false;
			return read;
		}
		if (read == 0) {
			state.hangup(slot);
			return -1;
		}
		switch (Linux.errno(read)) {
			case Errno.EINTR:
				return 0;
			case Errno.EAGAIN:
				slot.descriptor.readable = false;
				return -1;
			case Errno.EFAULT:
				throw new GuestMemoryGoneException();
			default:
				state.hangup(slot);
				return -1;
		}
	}

	private long ask(Virtqueue queue, PortSlot slot, Scratch scratch) {
		int room = (int) Math.min(scratch.batch.bytes(), Scratch.COPY_BYTES);
		slot.readable = false; // before the call: a signal raised during it must not be lost
		int put = calls.hostData(slot, scratch.buffer.clear().limit(room));
		if (put == PortCalls.FAILED || put == 0)
			return -1;
		if (put < 0) {
			state.hostClosed(slot);
			return -1;
		}
		slot.readable = true;
		scratch.batch.copyFrom(scratch.copy, put);
		queue.fill(scratch.batch, put);
		slot.toGuest += put;
		return put;
	}
}
