package bus.core.console;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

import bus.api.BusEvent;
import bus.api.BusInfo;
import bus.api.HostPort;
import bus.api.PortInfo;
import bus.api.PortRefusedException;
import bus.api.PortRequest;
import bus.api.SerialBus;

/**
 * A bus as other threads see it: each call becomes a task of the loop thread, and its answer is waited for. Any thread.
 */
public final class ConsoleBus implements SerialBus {
	private static final System.Logger LOG = System.getLogger("bus.core");

	/** For listings: a loop that is so late is stuck in port code. */
	private static final long PATIENCE_SECONDS = 5;

	private final String name;
	private final String vm;
	private final ConsoleDevice device;
	private final Loop loop;
	private final Supplier<BusInfo> info;

	/**
	 * @param info looks at the bus; called by the loop thread
	 */
	public ConsoleBus(String name, String vm, ConsoleDevice device, Loop loop, Supplier<BusInfo> info) {
		this.name = name;
		this.vm = vm;
		this.device = device;
		this.loop = loop;
		this.info = info;
	}

	@Override
	public String name() {
		return name;
	}

	@Override
	public String vm() {
		return vm;
	}

	@Override
	public BusInfo info() {
		return look(info::get);
	}

	@Override
	public List<PortInfo> ports() {
		return look(() -> device.plugging().announced().stream().map(device.plugging()::info).toList());
	}

	@Override
	public PortInfo plug(PortRequest request, HostPort port) throws PortRefusedException {
		if (loop.isCurrent())
			throw new IllegalStateException("plug() on a loop thread: port code may block there");
		var slot = reserve(request, port);
		var handle = new PortHandle(name, device, loop, slot);
		try {
			port.plugged(handle);
		} catch (Exception | Error e) { // errors too: a slot that nobody can free again is worse than one more catch
			call(() -> release(slot));
			String reason = e.getMessage() == null ? e.toString() : e.getMessage();
			throw new PortRefusedException(reason, e);
		}
		try {
			return call(() -> {
				device.plugging().announce(slot);
				return device.plugging().info(slot);
			});
		} catch (IllegalStateException e) { // the bus has gone meanwhile, and did not know this port yet
			letGo(slot);
			throw new PortRefusedException(e.getMessage(), e);
		}
	}

	private PortSlot reserve(PortRequest request, HostPort port) throws PortRefusedException {
		try {
			return call(() -> device.plugging().reserve(request, port));
		} catch (IllegalStateException e) {
			if (e.getCause() instanceof PortRefusedException refused)
				throw refused;
			throw e;
		}
	}

	@Override
	public void unplug(HostPort port) {
		var slot = call(() -> {
			var found = device.plugging().find(port);
			return found == null ? null : release(found);
		});
		if (slot != null)
			letGo(slot);
	}

	@Override
	public Trace trace(Consumer<BusEvent> listener) {
		Consumer<BusEvent> its = listener::accept; // one object for each trace, should a listener have several
		look(() -> {
			device.trace().begin(its);
			return its;
		});
		return () -> submit(() -> {
			device.trace().end(its);
			return its;
		});
	}

	@Override
	public void hold(HostPort port) {
		var slot = call(() -> {
			var found = device.plugging().find(port);
			if (found != null)
				device.plugging().hold(found);
			return found;
		});
		if (slot != null)
			letGo(slot);
	}

	@Override
	public void release(PortRequest request) {
		call(() -> {
			var held = device.plugging().findHeld(request);
			return held == null ? null : release(held);
		});
	}

	@Override
	public void open(int id) {
		shut(id, false);
	}

	@Override
	public void close(int id) {
		shut(id, true);
	}

	private void shut(int id, boolean shut) {
		look(() -> {
			device.plugging().shut(id, shut);
			return null;
		});
	}

	private void letGo(PortSlot slot) {
		try {
			slot.port.unplugged();
		} catch (RuntimeException | Error e) {
			LOG.log(System.Logger.Level.WARNING, "bus " + name + ": " + slot.describe() + " failed while it was unplugged",
					e);
		}
	}

	/** Unplugs every port, because the bus goes. */
	public void unplugAll() {
		for (var slot : call(device.plugging()::plugged))
			if (slot.port == null)
				release(slot.request);
			else
				unplug(slot.port);
	}

	private PortSlot release(PortSlot slot) {
		device.plugging().release(slot);
		return slot;
	}

	private <T> T look(Callable<T> task) {
		try {
			return submit(task).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
		} catch (TimeoutException e) {
			throw new IllegalStateException("bus " + name + " does not answer: a port blocks its loop", e);
		} catch (ExecutionException e) {
			if (e.getCause() instanceof IllegalArgumentException wrong)
				throw wrong;
			throw new IllegalStateException(e.getCause());
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("interrupted while waiting for bus " + name, e);
		}
	}

	/** Waits without limit and without regard to interrupts: what was begun on the loop must be known to have ended. */
	private <T> T call(Callable<T> task) {
		try {
			return submit(task).handle((answer, failure) -> {
				if (failure != null)
					throw new IllegalStateException(failure);
				return answer;
			}).join();
		} catch (CompletionException e) {
			throw (IllegalStateException) e.getCause();
		}
	}

	private <T> CompletableFuture<T> submit(Callable<T> task) {
		var future = new CompletableFuture<T>();
		Runnable step = () -> {
			try {
				future.complete(task.call());
			} catch (LoopLost e) {
				future.completeExceptionally(e);
				throw e;
			} catch (Exception | Error e) {
				future.completeExceptionally(e);
			}
		};
		if (!loop.run(step))
			future.completeExceptionally(new IllegalStateException("bus " + name + " is closed"));
		return future;
	}
}
