package bus.core.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

import guest.driver.DriverRing;
import guest.driver.GuestRam;

/** Both sides of one queue over plain memory: no kernel, one thread. */
final class QueueRig implements AutoCloseable {
	static final long BASE = 0x10_0000;
	static final int BYTES = 1 << 20;

	final Arena arena = Arena.ofConfined();
	final MemorySegment bytes = arena.allocate(BYTES, 4096);
	final GuestRam ram = new GuestRam(bytes, BASE);
	final GuestMemory memory = new GuestMemory(List.of(new GuestMemory.Region(BASE, 0, bytes)));
	final ChainBatch batch = new ChainBatch(arena, 4);
	final RingKind kind;
	final int size;
	final DriverRing driver;
	Virtqueue queue;

	/** A packed ring may have any size: one that is no power of two finds more mistakes. */
	QueueRig(RingKind kind) {
		this(kind, kind.has(Feature.RING_PACKED) ? 7 : 8);
	}

	QueueRig(RingKind kind, int size) {
		this.kind = kind;
		this.size = size;
		this.driver = DriverRing.create(ram, size, kind.features());
		this.queue = device(memory, RingPosition.start(kind.features()));
	}

	Virtqueue device(GuestMemory guest, RingPosition position) {
		var addresses = new RingSetup.Addresses(driver.descAddress(), driver.availAddress(), driver.usedAddress());
		return Virtqueue.open(guest, RingSetup.find(guest, size, addresses, kind.features(), false), kind.features(),
				position);
	}

	MemorySegment buffer(String text) {
		var buffer = ram.allocate(text.length(), 1);
		MemorySegment.copy(text.getBytes(), 0, buffer, ValueLayout.JAVA_BYTE, 0, text.length());
		return buffer;
	}

	/** Each text a chain of one buffer. */
	void offer(String... texts) {
		for (var text : texts)
			driver.add(List.of(buffer(text)), List.of());
	}

	int fetchReadable() {
		return queue.fetch(batch, false, 4, 1000);
	}

	int fetchWritable() {
		return queue.fetch(batch, true, 4, 1000);
	}

	/** What the batch holds. */
	String read() {
		var copy = arena.allocate(64);
		return new String(copy.asSlice(0, batch.copyTo(copy)).toArray(ValueLayout.JAVA_BYTE));
	}

	void consume(long count) {
		queue.consume(batch, count);
		queue.publish();
	}

	void fill(String text) {
		batch.copyFrom(buffer(text), text.length());
		queue.fill(batch, text.length());
		queue.publish();
	}

	void completeOne() {
		queue.fetch(batch, false, 1, 1);
		consume(batch.bytes());
	}

	/** The first chains, with all their buffers. */
	void completeWhole() {
		fetchReadable();
		consume(batch.bytes());
	}

	/** So many chains of one buffer go to the device and come back, one by one. */
	void pass(int chains) {
		for (int i = 0; i < chains; i++) {
			offer("x");
			completeOne();
			assertEquals(1, pollAll());
		}
	}

	/** Chains that came back. */
	int pollAll() {
		int n = 0;
		while (driver.poll() != null)
			n++;
		return n;
	}

	@Override
	public void close() {
		arena.close();
	}
}
