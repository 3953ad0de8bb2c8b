package bench.rings;

import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import bus.core.virtio.ChainBatch;
import bus.core.virtio.Virtqueue;
import bus.linux.LinuxException;

/**
 * The device's side of a queue, bare: 64 chains are offered, fetched in batches, completed, published, and the driver's wish
 * for a call is looked at. No byte of a buffer is touched.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class QueueBenchmark {
	static final int ROUNDS = 16;
	static final int CHAINS = 64;
	static final int SEGMENTS = 64;
	static final long BYTES = 256 * 1024;
	/** Who takes turns. */
	static final Arm[] ARMS = { Arm.C, Arm.VPORT, Arm.DRIVER };

	@Param("split")
	public String shape;

	private Ring ring;
	private Virtqueue queue;
	private ChainBatch batch;
	/** Of the last iovec array: in C it is made while fetching. */
	public long address;
	private int iteration;
	private Arm arm;

	@Setup
	public void setUp() throws LinuxException {
		ring = new Ring(Shape.of(shape));
		batch = new ChainBatch(Arena.global(), SEGMENTS);
		Native.path(ring.bench, (ring.shape.writable() ? DataPath.FILL : DataPath.DISCARD).ordinal(), -1);
	}

	@Setup(Level.Iteration)
	public void next() {
		arm = ARMS[iteration++ % ARMS.length];
		if (arm == Arm.C)
			ring.openForC();
		else
			queue = ring.open();
	}

	@TearDown
	public void tearDown() {
		ring.close();
	}

	@Benchmark
	@OperationsPerInvocation(ROUNDS * CHAINS)
	public long chain() {
		return switch (arm) {
			case C -> Native.run(ring.bench, ROUNDS, CHAINS, -1);
			case VPORT -> vport();
			default -> Native.driverAlone(ring.bench, ROUNDS, CHAINS);
		};
	}

	private long vport() {
		long calls = 0;
		for (int i = 0; i < ROUNDS; i++) {
			Native.offer(ring.bench, CHAINS);
			serve();
			if (queue.isCallDue())
				calls++;
		}
		return calls;
	}

	private void serve() {
		boolean writable = ring.shape.writable();
		while (true) {
			if (queue.fetch(batch, writable, SEGMENTS, BYTES) == 0) {
				if (!queue.armKick())
					return;
				continue;
			}
			address = batch.iovec();
			if (writable)
				queue.fill(batch, batch.bytes());
			else
				queue.consume(batch, batch.bytes());
			queue.publish();
		}
	}
}
