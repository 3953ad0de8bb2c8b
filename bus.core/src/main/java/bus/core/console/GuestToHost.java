package bus.core.console;

import bus.core.virtio.ChainBatch;
import bus.core.virtio.Virtqueue;
import bus.linux.Errno;
import bus.linux.Linux;

/**
 * Moves what the guest wrote from a transmitq to a port's host side: with writev straight from guest memory to a
 * descriptor, or through one copy to the port's own call. Loop thread.
 */
final class GuestToHost {
	/** A turn of one queue, after which others get theirs. */
	static final long BYTES_PER_TURN = 256 * 1024;

	/** What a batch costs at least, or a driver that offers empty buffers without end would keep the loop for itself. */
	private static final long LEAST_CHARGE = 1024;

	/** What a descriptor costs at least, or chains of a thousand empty ones would. */
	private static final long DESCRIPTOR_CHARGE = 16;

	private final PortCalls calls;
	private final PortState state;

	GuestToHost(PortCalls calls, PortState state) {
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
		long budget = BYTES_PER_TURN;
		beginStride(queue, slot);
		while (budget > 0) {
			if (slot != null && (slot.hostOpen && slot.throttled || waits(slot)) && !queue.isDiscarding()) {
				queue.stride().pause();
				return false;
			}
			if (queue.fetch(scratch.batch, false, Scratch.SEGMENTS, budget) == 0) {
				if (!queue.awaitMore(budget < BYTES_PER_TURN))
					return false;
				continue;
			}
			long moved = move(queue, slot, scratch);
			if (moved < 0) {
				queue.stride().pause();
				return false;
			}
			queue.publish();
			budget -= charge(moved, scratch.batch);
			// a batch of which something is left must find out whether the host side takes no more
			if (moved == scratch.batch.bytes() && !isConsole(slot) && queue.stride().isEnough(scratch.batch))
				return false;
		}
		return true;
	}

	private static void beginStride(Virtqueue queue, PortSlot slot) {
		if (slot != null && slot.answered) {
			slot.answered = false;
			queue.stride().end();
		} else {
			queue.stride().begin();
		}
	}

	/** A console's guest spins for each buffer, so that none of them may wait for the next. */
	private static boolean isConsole(PortSlot slot) {
		return slot != null && slot.request.console();
	}

	/** What a port's next instance is to have stays where it is; only that a console's guest would spin for it. */
	private static boolean waits(PortSlot slot) {
		return slot.held && !slot.request.console();
	}

	/** What a batch takes from the budget of its queue's turn. */
	static long charge(long moved, ChainBatch batch) {
		return Math.max(moved, Math.max(LEAST_CHARGE, DESCRIPTOR_CHARGE * batch.descriptors()));
	}

	/** Moves one batch; bytes moved, or -1 if the host side takes no more. */
	private long move(Virtqueue queue, PortSlot slot, Scratch scratch) {
		var batch = scratch.batch;
		if (slot == null || !slot.hostOpen || queue.isDiscarding() || slot.descriptor != null && slot.descriptor.deaf)
			return discard(queue, slot, batch);
		if (batch.bytes() == 0) {
			queue.consume(batch, 0);
			return 0;
		}
		return slot.descriptor != null ? write(queue, slot, batch) : hand(queue, slot, scratch);
	}

	/** Nobody is there to take it (statement 38 of QEMU's bus): the buffers go back, the loss is counted. */
	private static long discard(Virtqueue queue, PortSlot slot, ChainBatch batch) {
		if (slot != null)
			slot.lost += batch.bytes();
		queue.consume(batch, batch.bytes());
		return batch.bytes();
	}

	private long write(Virtqueue queue, PortSlot slot, ChainBatch batch) {
		long written = Linux.writev(slot.descriptor.number, batch.iovec(), batch.segments());
		if (written >= 0) {
			queue.consume(batch, written);
			slot.fromGuest += written;
			return written;
		}
		switch (Linux.errno(written)) {
			case Errno.EINTR:
				return 0;
			case Errno.EAGAIN:
				if (slot.request.console())
					return discard(queue, slot, batch); // Linux spins with interrupts off until its buffer comes back
				state.throttle(slot);
				return -1;
			case Errno.EFAULT:
				throw new GuestMemoryGoneException();
			default:
				state.hostDeaf(slot);
				return 0;
		}
	}

	private long hand(Virtqueue queue, PortSlot slot, Scratch scratch) {
		int offered = (int) scratch.batch.copyTo(scratch.copy);
		int taken = calls.guestData(slot, scratch.buffer.clear().limit(offered));
		if (taken == PortCalls.FAILED)
			return -1;
		slot.fromGuest += taken;
		if (taken < offered && slot.request.console()) {
			slot.lost += offered - taken; // as above
			queue.consume(scratch.batch, offered);
			return offered;
		}
		queue.consume(scratch.batch, taken);
		// the port may have closed, or handed over a descriptor, in its call: then its short answer means nothing more
		if (taken == offered || !slot.hostOpen || slot.descriptor != null || queue.isDiscarding())
			return taken;
		slot.throttled = true;
		return -1;
	}
}
