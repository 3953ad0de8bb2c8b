package bench.rings;

import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;

import bus.core.console.ConsoleDevice;
import bus.core.console.Loop;
import bus.core.console.Scratch;
import bus.core.console.Transport;

/**
 * A loop without a thread and a transport without a wire: what a device costs without either. The caller takes its turns, and
 * says what the kernel would say. A port's call is timed as the true loop does it.
 */
final class OneThread implements Loop, Transport {
	private final Scratch scratch = new Scratch(Arena.global());
	private final Map<Integer, Watch> watches = new HashMap<>();
	private boolean plugging;
	private boolean turnRequested;
	private volatile boolean inPort;
	private long entered;
	long calls;

	/** Turns until the device wants no more. */
	void run(ConsoleDevice device) {
		while (turnRequested)
			turnRequested = device.turn(scratch);
	}

	/** Whether the one thread counts as some other than the loop's, as it must while it plugs. */
	void plugging(boolean now) {
		plugging = now;
	}

	/** The kernel has news of a descriptor. */
	void ready(int descriptor, int events) {
		watches.get(descriptor).ready(events);
	}

	@Override
	public boolean isCurrent() {
		return !plugging;
	}

	@Override
	public boolean post(Runnable task) {
		task.run();
		return true;
	}

	@Override
	public boolean run(Runnable step) {
		step.run();
		return true;
	}

	@Override
	public void requestTurn() {
		turnRequested = true;
	}

	@Override
	public void requestTick() {
	}

	@Override
	public void watch(int descriptor, Watch watch) {
		watches.put(descriptor, watch);
	}

	@Override
	public void watchReading(int descriptor, Watch watch) {
		watches.put(descriptor, watch);
	}

	@Override
	public void watchWriting(int descriptor, boolean wanted) {
	}

	@Override
	public void unwatch(int descriptor) {
		watches.remove(descriptor);
	}

	@Override
	public void enterPort() {
		entered = System.nanoTime();
		inPort = true;
	}

	@Override
	public long leavePort() {
		inPort = false;
		return System.nanoTime() - entered;
	}

	@Override
	public void call(int queue) {
		calls++;
	}

	@Override
	public void error(int queue) {
		throw new AssertionError("queue=" + queue + " broke" + (inPort ? " in a port's call" : ""));
	}

	@Override
	public void configChanged() {
	}
}
