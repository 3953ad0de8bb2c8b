package guest.driver;

import java.util.ArrayList;
import java.util.List;

/**
 * All queues of a driver, made anew whenever the driver is loaded. Port 0 has 0 and 1, control 2 and 3, port i 2i+2.
 */
final class QueueSet {
	private static final int CONTROL = 1;

	private final List<DriverRing> rings = new ArrayList<>();
	private final List<ReceiveQueue> receiveQueues = new ArrayList<>();
	private final List<TransmitQueue> transmitQueues = new ArrayList<>();
	private final DriverSettings settings;

	/** Makes {@code count} empty queues in the front-end's memory, which they take over as a whole. */
	QueueSet(FrontEnd frontEnd, DriverSettings settings, long features, int count) {
		this.settings = settings;
		frontEnd.ram().reset();
		var pool = new BufferPool(frontEnd.ram());
		for (int i = 0; i < count; i++) {
			var ring = DriverRing.create(frontEnd.ram(), frontEnd.queueSize(i), features);
			var kick = frontEnd.lines(i).kick();
			if (i % 2 == 0)
				receiveQueues.add(new ReceiveQueue(ring, kick, pool));
			else
				transmitQueues.add(new TransmitQueue(ring, kick, pool));
			rings.add(ring);
		}
	}

	List<DriverRing> rings() {
		return rings;
	}

	ReceiveQueue controlIn() {
		return receiveQueues.get(CONTROL);
	}

	TransmitQueue controlOut() {
		return transmitQueues.get(CONTROL);
	}

	ReceiveQueue in(int port) {
		return receiveQueues.get(port == 0 ? 0 : port + 1);
	}

	TransmitQueue out(int port) {
		return transmitQueues.get(port == 0 ? 0 : port + 1);
	}

	DriverRing ring(int queue) {
		if (queue < 0 || queue >= rings.size())
			throw new IllegalArgumentException("queue=" + queue + ": 0 to " + (rings.size() - 1));
		return rings.get(queue);
	}

	/** Gives the device the buffers that the settings name. */
	void fill(ReceiveQueue queue) {
		queue.fill(settings.buffers() == 0 ? DriverRing.MAX_SIZE : settings.buffers(), settings.bufferSize());
	}
}
