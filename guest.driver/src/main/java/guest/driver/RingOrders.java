package guest.driver;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import bus.linux.LinuxException;

/**
 * The queues of a front-end: their lines, which of them were started, where they stopped, and the messages about one of
 * them, each to be acknowledged if that was negotiated.
 */
final class RingOrders implements AutoCloseable {
	private static final int MAX_QUEUES = 256;

	final List<Integer> started = new ArrayList<>();
	final int[] bases = new int[MAX_QUEUES];
	private final Exchange exchange;
	private final SharedMemory memory;
	private final List<QueueLines> lines = new ArrayList<>();
	private int queues;

	RingOrders(Exchange exchange, SharedMemory memory) {
		this.exchange = exchange;
		this.memory = memory;
	}

	/** How many queues the device has for its guest. */
	int queues() {
		return queues;
	}

	void queues(int count) throws LinuxException {
		queues = count;
		while (lines.size() < count)
			lines.add(QueueLines.create());
	}

	QueueLines lines(int queue) {
		return lines.get(queue);
	}

	/** Goes over to lines of another kind, which are this object's from now on. */
	void replaceLines(List<QueueLines> others) {
		close();
		lines.addAll(others);
	}

	/** Tells of the call line of a queue. */
	void call(int queue) throws IOException {
		exchange.order(Request.SET_VRING_CALL, Message.u64(queue), lines.get(queue).call().ringingDescriptor());
	}

	/** Tells of the kick line of a queue. */
	void kick(int queue) throws IOException {
		exchange.order(Request.SET_VRING_KICK, Message.u64(queue), lines.get(queue).kick().descriptor());
	}

	/** Tells of the line for errors of a queue. */
	void err(int queue) throws IOException {
		exchange.order(Request.SET_VRING_ERR, Message.u64(queue), lines.get(queue).err().descriptor());
	}

	/** SET_VRING_NUM, ADDR and BASE. */
	void ring(int queue, DriverRing ring, int base) throws IOException {
		exchange.order(Request.SET_VRING_NUM, Message.u32s(queue, ring.size()));
		exchange.order(Request.SET_VRING_ADDR, memory.ringAddresses(queue, ring, 0));
		exchange.order(Request.SET_VRING_BASE, Message.u32s(queue, base));
	}

	void enable(int queue, int on) throws IOException {
		exchange.order(Request.SET_VRING_ENABLE, Message.u32s(queue, on));
	}

	/** Asks each started ring where it stands, which stops it. */
	int[] stop() throws IOException {
		for (int queue : started)
			bases[queue] = exchange.askBase(queue);
		started.clear();
		return bases();
	}

	/** Each ring disabled and stopped before the next. */
	int[] stopOneByOne() throws IOException {
		for (int queue : started) {
			enable(queue, 0);
			bases[queue] = exchange.askBase(queue);
		}
		started.clear();
		return bases();
	}

	/** What {@link #stop} would answer if it had to guess, as the back-end was lost: behind all that was offered. */
	void guessBases(List<DriverRing> rings) {
		for (int i = 0; i < rings.size(); i++)
			if (rings.get(i) != null)
				bases[i] = availIdx(rings.get(i));
	}

	/** Of a split ring; in a packed one it is nowhere. */
	static int availIdx(DriverRing ring) {
		return ((SplitDriverRing) ring).memory().availIdx();
	}

	int[] bases() {
		return Arrays.copyOf(bases, queues);
	}

	@Override
	public void close() {
		lines.forEach(QueueLines::close);
		lines.clear();
	}
}
