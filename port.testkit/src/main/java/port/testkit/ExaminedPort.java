package port.testkit;

import java.io.ByteArrayOutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntSupplier;

import bus.api.GuestPort;
import bus.api.HostPort;

/**
 * A port, seen by the bus through this: each call is passed on, in buffers of every shape, and noted. What the port
 * asks of the bus is passed on as it is. Loop thread, except where the port's own threads come along, and for the
 * notes.
 */
final class ExaminedPort implements HostPort {
	private final HostPort port;
	private final Buffers buffers = new Buffers();
	private final List<String> faults = new CopyOnWriteArrayList<>();
	private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
	private GuestPort guest;
	/** Which of the calls of guestData and hostData happen while the host side closes; 0 for none. */
	private volatile int closedEvery;
	private int calls;
	/** The thread that calls the port; null if it is not being called. */
	private volatile Thread running;
	/** guestData has taken less than offered, and the port has not said writable since. */
	private volatile String waiting;
	private volatile int readables;
	private volatile int opens;
	private volatile int attaches;

	ExaminedPort(HostPort port) {
		this.port = port;
	}

	// ---- the notes

	List<String> faults() {
		return faults;
	}

	Thread running() {
		return running;
	}

	String waiting() {
		return waiting;
	}

	int readables() {
		return readables;
	}

	boolean everOpened() {
		return opens + attaches > 0;
	}

	/** Bytes that guestData has taken, in their order. */
	byte[] taken() {
		synchronized (taken) {
			return taken.toByteArray();
		}
	}

	/** From now on every so many calls of guestData and hostData the host side closes within the call; 0: no longer. */
	void closeInside(int every) {
		closedEvery = every;
	}

	// ---- the bus calls

	@Override
	public void plugged(GuestPort real) throws Exception {
		guest = real;
		waiting = null;
		port.plugged((GuestPort) Proxy.newProxyInstance(GuestPort.class.getClassLoader(),
				new Class<?>[] { GuestPort.class }, (proxy, method, arguments) -> {
					asked(method.getName());
					for (int i = 0; arguments != null && i < arguments.length; i++)
						if (arguments[i] instanceof Runnable task)
							arguments[i] = (Runnable) () -> run(task);
					try {
						return method.invoke(real, arguments);
					} catch (InvocationTargetException e) {
						throw e.getCause();
					}
				}));
	}

	private void asked(String method) {
		switch (method) {
			case "writable", "close", "detach" -> waiting = null;
			case "readable" -> readables++;
			case "open" -> opens++;
			case "attach" -> attaches++;
			default -> {
			}
		}
	}

	@Override
	public int guestData(ByteBuffer data) {
		int offered = data.remaining();
		var lent = lend("guestData", offered);
		lent.memory().put(lent.start(), data, data.position(), offered);
		waiting = "unsaid";
		boolean closed = closing();
		int answer = call(() -> port.guestData(lent.buffer()));
		if (answer > 0 && answer <= offered)
			synchronized (taken) {
				var bytes = new byte[answer];
				data.get(data.position(), bytes);
				taken.write(bytes, 0, answer);
			}
		giveBack("guestData", lent);
		if (waiting != null)
			waiting = answer >= 0 && answer < offered ? "guestData has taken " + answer + " of " + offered + " bytes"
					: null;
		if (closed)
			guest.open();
		return answer;
	}

	@Override
	public int hostData(ByteBuffer room) {
		var lent = lend("hostData", room.remaining());
		boolean closed = closing();
		int answer = call(() -> port.hostData(lent.buffer()));
		if (answer > 0 && answer <= lent.size())
			room.put(lent.memory().slice(lent.start(), answer));
		giveBack("hostData", lent);
		if (closed)
			guest.open();
		return answer;
	}

	private boolean closing() {
		int every = closedEvery;
		if (every == 0 || ++calls % every != 0)
			return false;
		guest.close();
		return true;
	}

	private Buffers.Lent lend(String call, int size) {
		for (var lent = buffers.lend(size);; lent = buffers.lend(size)) {
			if (lent != null)
				return lent;
			fault("the port has written to a buffer of an earlier call, before " + call
					+ ": a buffer is valid during its call only");
		}
	}

	private void giveBack(String call, Buffers.Lent lent) {
		if (!buffers.giveBack(lent))
			fault(call + " has written outside of its buffer's position and limit; with array(), mind arrayOffset()");
	}

	/** Each once: the same again and again says nothing more. */
	private void fault(String text) {
		if (!faults.contains(text))
			faults.add(text);
	}

	private void run(Runnable task) {
		call(() -> {
			task.run();
			return 0;
		});
	}

	private int call(IntSupplier task) {
		var outer = running;
		running = Thread.currentThread();
		try {
			return task.getAsInt();
		} finally {
			running = outer;
		}
	}

	@Override
	public void guestReady() {
		run(port::guestReady);
	}

	@Override
	public void guestOpened() {
		run(port::guestOpened);
	}

	@Override
	public void guestClosed() {
		run(port::guestClosed);
	}

	@Override
	public void running(boolean running) {
		run(() -> port.running(running));
	}

	@Override
	public void emergency(byte character) {
		run(() -> port.emergency(character));
	}

	@Override
	public void hangup() {
		run(port::hangup);
	}

	@Override
	public void unplugged() {
		port.unplugged();
	}

	/** Says something to the port on the loop, as the bus would, twice over. */
	void twice(Runnable call) {
		guest.execute(() -> {
			call.run();
			call.run();
		});
	}
}
