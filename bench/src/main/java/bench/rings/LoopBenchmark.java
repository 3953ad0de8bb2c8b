package bench.rings;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import bus.api.PortRefusedException;
import bus.linux.Linux;

/** A round trip: the driver offers a buffer, kicks, and sleeps until it is called; the loop sleeps in between, too. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LoopBenchmark {
	/** Who takes turns. */
	static final Arm[] ARMS = { Arm.C, Arm.VPORT };

	/** Descriptors that the loop watches besides the kick. */
	@Param("1")
	public int others;

	private LiveLoop loop;
	private int kickOfC;
	private int iteration;
	private Arm arm;

	@Setup
	public void setUp() throws IOException, PortRefusedException {
		loop = new LiveLoop(Shape.of("split"), new Sink(DataPath.HAND, false), others);
		kickOfC = (int) Linux.eventfd(0);
	}

	@Setup(Level.Iteration)
	public void next() {
		arm = ARMS[iteration++ % ARMS.length];
		if (arm == Arm.C)
			loop.beginForC(kickOfC);
		else
			loop.begin();
	}

	@TearDown(Level.Iteration)
	public void end() {
		if (arm == Arm.C)
			loop.endForC();
	}

	@TearDown
	public void tearDown() {
		loop.close();
	}

	@Benchmark
	public void roundTrip() {
		loop.roundTrips(1, 1, arm == Arm.C ? kickOfC : loop.kick);
	}
}
