package bus.core.console;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;

import bus.core.virtio.ChainBatch;
import bus.core.virtio.Virtqueue;

/**
 * Control messages in both directions. What the driver has no buffer for is kept, in order, and goes out when it posts
 * one: QEMU's bus drops it. Loop thread.
 */
final class ControlChannel {
	static final int RECEIVEQ = 2;
	static final int TRANSMITQ = 3;

	/**
	 * Messages kept for a driver that posts no buffers. 127 ports need 4 each when a driver starts, twice over if it
	 * starts again at once; a driver that leaves more behind does not read its control queue at all.
	 */
	static final int BACKLOG = 1024;

	/** Messages of the driver for one turn: each may call a port. */
	private static final int MESSAGES_PER_TURN = 256;
	/** Descriptors to look at for one turn; what a driver of good will sends has one for each message. */
	private static final int DESCRIPTORS_PER_TURN = 16384;

	/** Takes what the driver says. */
	interface Receiver {
		void control(ControlMessage message);
	}

	private final String bus;
	private final GuestLog log;
	private final ChainBatch batch;
	private final MemorySegment incoming;
	private final ArrayDeque<byte[]> backlog = new ArrayDeque<>();
	private boolean overflowed;
	private boolean cut;

	ControlChannel(String bus, GuestLog log, ChainBatch batch, MemorySegment incoming) {
		this.bus = bus;
		this.log = log;
		this.batch = batch;
		this.incoming = incoming;
	}

	/** Forgets what was kept: it was meant for a driver that is gone. */
	void clear() {
		backlog.clear();
		overflowed = false;
		cut = false;
	}

	/** What is kept, oldest first. */
	List<byte[]> kept() {
		return List.copyOf(backlog);
	}

	/** Keeps other messages instead, oldest first. */
	void restore(List<byte[]> messages) {
		clear();
		backlog.addAll(messages);
	}

	/**
	 * Keeps a message for {@link #flush}; drops it, and says so once, when the backlog is full. Of a console's sizes only the
	 * last one counts: whoever drags a window's corner while the guest sleeps would fill it for all ports.
	 */
	void send(int id, ControlEvent event, int value, byte... tail) {
		if (event == ControlEvent.RESIZE)
			backlog.removeIf(it -> ControlMessage.decode(ByteBuffer.wrap(it)).is(id, ControlEvent.RESIZE));
		if (backlog.size() < BACKLOG) {
			backlog.add(ControlMessage.encode(id, event, value, tail));
		} else if (!overflowed) {
			overflowed = true;
			log.log(System.Logger.Level.WARNING, "bus " + bus + ": the guest reads no control messages, " + BACKLOG
					+ " wait and further ones are dropped; restart its driver");
		}
	}

	/**
	 * Puts what was kept into the driver's buffers, one message each; the caller publishes.
	 *
	 * @return whether more may be waiting
	 */
	boolean flush(Virtqueue queue) {
		for (int looked = 0; !backlog.isEmpty() && looked < DESCRIPTORS_PER_TURN; looked += batch.descriptors()) {
			if (queue.fetch(batch, true, 1, 1) == 0) {
				if (queue.armKick())
					continue;
				return false;
			}
			byte[] message = backlog.remove();
			long length = Math.min(message.length, batch.bytes());
			if (length < message.length && !cut) {
				cut = true;
				log.log(System.Logger.Level.WARNING, "bus " + bus + ": the guest's control buffer has " + batch.bytes()
						+ " bytes, a message of " + message.length + " was cut");
			}
			batch.copyFrom(MemorySegment.ofArray(message), length);
			queue.fill(batch, length);
		}
		return !backlog.isEmpty();
	}

	/**
	 * Handles what the driver has sent, so much of it that a driver that sends without end gets its turn like everybody
	 * else; the caller publishes.
	 *
	 * @return whether more may be waiting
	 */
	boolean drain(Virtqueue queue, Receiver receiver) {
		int looked = 0;
		for (int i = 0; i < MESSAGES_PER_TURN && looked < DESCRIPTORS_PER_TURN; i++, looked += batch.descriptors()) {
			if (queue.fetch(batch, false, ConsoleDevice.CONTROL_SEGMENTS, 1) == 0)
				return queue.armKick();
			boolean tail = queue.isWithinChain(); // of a message with more buffers than a batch: nothing of meaning
			long length = batch.copyTo(incoming);
			queue.consume(batch, batch.bytes());
			if (length >= ControlMessage.SIZE && !tail)
				receiver.control(ControlMessage.decode(incoming.asByteBuffer()));
		}
		return true;
	}
}
