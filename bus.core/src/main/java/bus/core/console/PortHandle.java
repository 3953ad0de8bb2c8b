package bus.core.console;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

import bus.api.GuestPort;
import bus.linux.Linux;

/**
 * The guest's half as the port's author sees it: each call, from whatever thread, becomes a step on the loop thread.
 * After the port was unplugged nothing happens any more.
 */
final class PortHandle implements GuestPort {
	private static final int NONE = -1;

	private final String bus;
	private final ConsoleDevice device;
	private final Loop loop;
	private final PortSlot slot;
	private final PortState state;
	private final AtomicBoolean readablePending = new AtomicBoolean();
	private final AtomicBoolean writablePending = new AtomicBoolean();
	/** Made once: a signal for each buffer must not allocate. */
	private final Runnable readable = this::nowReadable;
	private final Runnable writable = this::nowWritable;
	private final Runnable postedReadable = () -> deliver(readablePending, readable);
	private final Runnable postedWritable = () -> deliver(writablePending, writable);

	PortHandle(String bus, ConsoleDevice device, Loop loop, PortSlot slot) {
		this.bus = bus;
		this.device = device;
		this.loop = loop;
		this.slot = slot;
		this.state = device.state();
	}

	@Override
	public String bus() {
		return bus;
	}

	@Override
	public int id() {
		return slot.id;
	}

	@Override
	public String name() {
		return slot.request.name();
	}

	@Override
	public boolean guestOpen() {
		return slot.guestOpen;
	}

	@Override
	public void open() {
		submitWhilePlugged(() -> state.hostOpened(slot));
	}

	@Override
	public void close() {
		submitWhilePlugged(() -> {
			state.detach(slot);
			state.hostClosed(slot);
		});
	}

	@Override
	public void readable() {
		signal(readablePending, readable, postedReadable);
	}

	@Override
	public void writable() {
		signal(writablePending, writable, postedWritable);
	}

	/**
	 * What another thread says holds for the next call of the port, and must not count as one with what the port says within
	 * the call that is running: a short answer of that would undo both.
	 */
	private void signal(AtomicBoolean pending, Runnable step, Runnable posted) {
		if (loop.isCurrent()) {
			submit(step);
			return;
		}
		if (!pending.compareAndSet(false, true))
			return;
		try {
			submit(posted);
		} catch (IllegalStateException e) {
			pending.set(false); // it was not posted: the next one must be
			throw e;
		}
	}

	private static void deliver(AtomicBoolean pending, Runnable step) {
		pending.set(false);
		step.run();
	}

	private void nowReadable() {
		slot.readable = true;
		device.serve(slot);
	}

	private void nowWritable() {
		if (slot.descriptor == null) // a descriptor says itself when it is writable
			slot.throttled = false;
		device.serve(slot);
	}

	@Override
	public void resize(int columns, int rows) {
		if (columns < 0 || columns > 0xffff || rows < 0 || rows > 0xffff)
			throw new IllegalArgumentException("columns=" + columns + " rows=" + rows + ", allowed: 0 to 65535");
		submitWhilePlugged(() -> device.resize(slot, columns, rows));
	}

	@Override
	public void attach(int descriptor) {
		attach(descriptor, null);
	}

	@Override
	public void attach(int descriptor, String key) {
		if (!submit(() -> state.attach(slot, descriptor, key))) // which closes it if the port is gone
			Linux.close(descriptor);
	}

	@Override
	public void keep(String key, int descriptor) {
		if (!submit(() -> state.keep(slot, key, descriptor)))
			Linux.close(descriptor);
	}

	@Override
	public int kept(String key) {
		var descriptor = slot.kept.remove(key);
		return descriptor == null ? NONE : descriptor;
	}

	@Override
	public void detach() {
		submitWhilePlugged(() -> state.detach(slot));
	}

	@Override
	public void watch(int descriptor, Runnable ready) {
		submitWhilePlugged(() -> {
			try {
				loop.watch(descriptor, events -> state.calls().run(slot, "watch", ready));
				slot.watched.add(descriptor);
			} catch (IOException e) {
				state.fault(slot, "cannot watch descriptor=" + descriptor + ": " + e.getMessage());
			}
		});
	}

	@Override
	public void unwatch(int descriptor) {
		submit(() -> {
			if (slot.watched.remove(descriptor))
				loop.unwatch(descriptor);
		});
	}

	@Override
	public void execute(Runnable task) {
		submitWhilePlugged(() -> state.calls().run(slot, "execute", task));
	}

	/**
	 * Steps check for themselves that the port is still plugged, or do no harm if it is not.
	 *
	 * @return false if the bus has gone, so that nothing will be done
	 */
	private boolean submit(Runnable step) {
		return loop.run(step);
	}

	private void submitWhilePlugged(Runnable step) {
		submit(() -> {
			if (!slot.unplugged)
				step.run();
		});
	}
}
