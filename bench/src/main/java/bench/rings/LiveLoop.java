package bench.rings;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;

import bus.api.PortRefusedException;
import bus.core.console.Transport;
import bus.linux.Linux;
import bus.linux.LinuxException;
import bus.vhostuser.loop.Loops;
import bus.vhostuser.loop.Seat;

/**
 * A machine at a loop of vport's with its own thread: kicks come through an eventfd that it watches among others, calls go
 * through another. What a front-end would have set up is set up here.
 */
final class LiveLoop implements Transport, AutoCloseable {
	private final Loops loops = new Loops();
	private final Arena arena = Arena.ofShared();
	private final MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
	private final MemorySegment others;
	private final int count;
	private final Sink sink;
	private final Seat seat;
	final Machine machine;
	final int kick;
	final int call;

	/**
	 * @param watched descriptors that the loop watches besides, on which nothing happens
	 */
	LiveLoop(Shape shape, Sink sink, int watched) throws IOException, PortRefusedException {
		seat = loops.sit("bench", true);
		machine = new Machine(shape, seat, this);
		count = watched;
		this.sink = sink;
		Native.path(machine.data.bench, sink.path().ordinal(), sink.descriptor());
		others = arena.allocate(ValueLayout.JAVA_INT, Math.max(1, watched));
		kick = eventfd();
		call = (int) LinuxException.check(Native.blockingEventfd(), "eventfd");
		for (int i = 0; i < watched; i++)
			others.setAtIndex(ValueLayout.JAVA_INT, i, eventfd());
		seat.post(() -> {
			seat.turn(machine.device::turn);
			seat.tick(machine.device::tick);
		});
		machine.plug(sink);
		on(() -> {
			seat.watch(kick, events -> machine.kick());
			for (int i = 0; i < watched; i++)
				seat.watch(others.getAtIndex(ValueLayout.JAVA_INT, i), events -> {
				});
			machine.boot();
			return null;
		});
	}

	private static int eventfd() throws LinuxException {
		return (int) LinuxException.check(Linux.eventfd(0), "eventfd; see ulimit -n");
	}

	private interface Step {
		Void take() throws IOException;
	}

	/** Does something on the loop's thread and waits for it. */
	private void on(Step step) {
		var done = new CompletableFuture<Void>();
		seat.post(() -> {
			try {
				done.complete(step.take());
			} catch (IOException | RuntimeException | Error e) {
				done.completeExceptionally(e);
			}
		});
		done.join();
	}

	/** vport serves the ring from now on. */
	void begin() {
		on(() -> {
			machine.begin();
			return null;
		});
	}

	/** C's loop does, on the same descriptors, until {@link #endForC}: no kick reaches vport, which then has nothing to do. */
	void beginForC(long kickOfC) {
		machine.data.openForC();
		long failed = Native.loopStart(machine.data.bench, kickOfC, call, others.address(), count);
		if (failed != 0)
			throw new AssertionError("errno=" + -failed);
	}

	void endForC() {
		Native.loopStop(machine.data.bench);
	}

	/** So many times: chains are offered, the loop is kicked, and its call is waited for. */
	void roundTrips(long rounds, int chains, int kicked) {
		long failed = Native.roundTrips(machine.data.bench, rounds, chains, kicked, call, sink.otherEnd());
		if (failed != 0)
			throw new AssertionError("errno=" + -failed);
	}

	@Override
	public void call(int queue) {
		Linux.write(call, one.address(), Long.BYTES);
	}

	@Override
	public void error(int queue) {
		throw new AssertionError("queue=" + queue + " broke");
	}

	@Override
	public void configChanged() {
	}

	/** Descriptors stay: the fork ends. */
	@Override
	public void close() {
		loops.leave(seat, () -> {
		});
		loops.end();
		machine.close();
	}
}
