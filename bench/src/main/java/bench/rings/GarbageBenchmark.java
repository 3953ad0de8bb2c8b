package bench.rings;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import bus.api.PortRefusedException;

/**
 * Ten million buffers in one go through a port at a true loop: what all threads of the JVM have allocated meanwhile, and how
 * often a collector ran, is JMH's profiler's to say.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class GarbageBenchmark {
	/** System property: how many buffers. */
	static final String BUFFERS = "bench.rings.buffers";

	/** A path and a shape. */
	@Param("WRITE, split")
	public String way;

	private LiveLoop loop;

	@Setup
	public void setUp() throws IOException, PortRefusedException {
		var path = DataPath.valueOf(way.substring(0, way.indexOf(',')));
		loop = new LiveLoop(Shape.of(way + (path.isToGuest() ? ", to guest" : "")), new Sink(path, true), 1);
		loop.begin();
	}

	@TearDown
	public void tearDown() {
		loop.close();
	}

	@Benchmark
	public void buffers() {
		loop.roundTrips(Long.getLong(BUFFERS) / QueueBenchmark.CHAINS, QueueBenchmark.CHAINS, loop.kick);
	}
}
