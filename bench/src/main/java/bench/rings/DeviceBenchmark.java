package bench.rings;

import java.util.List;
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

import bus.api.PortRefusedException;
import bus.linux.LinuxException;

/**
 * The whole device: a kick, its turns until the queue is empty, and the call. As many buffers are offered as a batch takes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DeviceBenchmark {
	static final int ROUNDS = 4;
	static final int CHAINS = 32;
	/** Who takes turns. */
	static final Arm[] ARMS = { Arm.C, Arm.VPORT, Arm.MEMCPY };

	/** A path, perhaps "pipe", and a shape. */
	@Param("WRITE, split, 64 B")
	public String way;

	private DataPath path;
	private OneThread loop;
	private Machine machine;
	private Sink sink;
	private int chains;
	private int iteration;
	private Arm arm;

	/** A packed ring's or a pipe's limit, whichever is less: 256 KiB. */
	static int chains(int bytes) {
		return Math.min(CHAINS, (int) (QueueBenchmark.BYTES / bytes));
	}

	@Setup
	public void setUp() throws LinuxException, PortRefusedException {
		var words = List.of(way.split(", "));
		path = DataPath.valueOf(words.getFirst());
		loop = new OneThread();
		machine = new Machine(Shape.of(way + (path.isToGuest() ? ", to guest" : "")), loop, loop);
		chains = chains(machine.data.shape.bytes());
		sink = new Sink(path, words.contains("pipe"));
		Native.path(machine.data.bench, path.ordinal(), sink.descriptor());
		loop.plugging(true);
		machine.plug(sink);
		loop.plugging(false);
		machine.boot();
		loop.run(machine.device);
	}

	@Setup(Level.Iteration)
	public void next() {
		arm = ARMS[iteration++ % ARMS.length];
		if (arm == Arm.C) {
			machine.data.openForC();
		} else {
			machine.begin();
			loop.run(machine.device);
		}
	}

	/** For each round; {@link #CHAINS} of them are counted, whatever the buffers' size. */
	@Benchmark
	@OperationsPerInvocation(ROUNDS * CHAINS)
	public long buffer() {
		int rounds = ROUNDS * CHAINS / chains;
		return switch (arm) {
			case C -> check(Native.run(machine.data.bench, rounds, chains, sink.otherEnd()));
			case VPORT -> vport(rounds);
			default -> Native.memcpy(machine.data.bench, rounds, chains);
		};
	}

	private static long check(long answer) {
		if (answer < 0)
			throw new AssertionError("errno=" + -answer);
		return answer;
	}

	private long vport(int rounds) {
		long bytes = (long) chains * machine.data.shape.bytes() * machine.data.shape.length();
		for (int i = 0; i < rounds; i++) {
			if (sink.isPiped() && path == DataPath.READ)
				check(Native.otherEnd(path.ordinal(), sink.otherEnd(), bytes));
			Native.offer(machine.data.bench, chains);
			machine.kick();
			loop.run(machine.device);
			if (sink.isPiped() && path == DataPath.WRITE)
				check(Native.otherEnd(path.ordinal(), sink.otherEnd(), bytes));
		}
		if (Native.hasAll(machine.data.bench) == 0)
			throw new AssertionError("the device has left chains where they were");
		return loop.calls;
	}
}
