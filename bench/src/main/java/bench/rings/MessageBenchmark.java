package bench.rings;

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

import bus.core.console.ConsoleDevice;
import bus.core.console.DeviceSettings;
import bus.core.console.PortNames;
import bus.linux.Epoll;
import bus.linux.MessageSocket;
import bus.vhostuser.session.Session;

/**
 * Messages, from the wire to what they change: a control message of the driver's through its ring, and a front-end's through
 * its socket. The codecs are measured with what they are there for, because nobody calls them otherwise.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MessageBenchmark {
	static final int ROUNDS = 64;
	/** Who takes turns. */
	static final Arm[] ARMS = { Arm.C, Arm.VPORT };
	static final String CONTROL = "PORT_OPEN";
	static final String WITHOUT_REPLY = "SET_VRING_NUM";
	static final String WITH_REPLY = "GET_FEATURES";

	@Param(CONTROL)
	public String message;

	private final OneThread loop = new OneThread();
	private Machine machine;
	private MessageSocket[] socket;
	private MessageSocket[] socketForC;
	private long features;
	private int iteration;
	private Arm arm;

	@Setup
	public void setUp() throws Exception {
		if (message.equals(CONTROL)) {
			machine = new Machine(Shape.of("split"), loop, loop);
			Native.path(machine.control.bench, DataPath.HAND.ordinal(), -1);
			loop.plugging(true);
			machine.plug(new Sink(DataPath.HAND, false));
			loop.plugging(false);
			machine.boot();
			loop.run(machine.device);
		} else {
			var device = new ConsoleDevice("bench", DeviceSettings.of(31), new PortNames(), loop, loop);
			features = device.offeredFeatures();
			socket = MessageSocket.pair();
			socketForC = MessageSocket.pair();
			new Session("bench", loop, device, socket[1].descriptor(), false, () -> {
			});
		}
	}

	@Setup(Level.Iteration)
	public void next() {
		arm = ARMS[iteration++ % ARMS.length];
		if (machine == null)
			return;
		if (arm == Arm.C)
			machine.control.openForC();
		else
			machine.beginControl();
		loop.run(machine.device);
	}

	@Benchmark
	@OperationsPerInvocation(ROUNDS)
	public long one() {
		if (machine != null) {
			if (arm == Arm.C)
				return Native.control(machine.control.bench, ROUNDS);
			for (int i = 0; i < ROUNDS; i++) {
				machine.sendOpen(i & 1);
				machine.kickControl();
				loop.run(machine.device);
			}
			return loop.calls;
		}
		boolean reply = message.equals(WITH_REPLY);
		long failed = 0;
		for (int i = 0; i < ROUNDS; i++)
			failed += arm == Arm.C ? forC(reply) : forVport(reply);
		if (failed != 0)
			throw new AssertionError(message + " was not answered");
		return failed;
	}

	private long forC(boolean reply) {
		int frontEnd = socketForC[0].descriptor();
		return Native.frontEnd(frontEnd, reply ? 1 : 0)
				+ Native.serveMessages(socketForC[1].descriptor(), features)
				+ (reply ? Native.frontEnd(frontEnd, 2) : 0);
	}

	private long forVport(boolean reply) {
		int frontEnd = socket[0].descriptor();
		long failed = Native.frontEnd(frontEnd, reply ? 1 : 0);
		loop.ready(socket[1].descriptor(), Epoll.IN);
		return failed + (reply ? Native.frontEnd(frontEnd, 2) : 0);
	}
}
