package guest.driver;

import java.io.EOFException;
import java.io.IOException;
import java.util.HashSet;

import bus.linux.Epoll;

/**
 * The thread that waits for the device: for calls, for messages on the back-end's channel, for its end. Interrupts of
 * the guest, so to speak.
 */
final class CallWatch implements AutoCloseable {
	private static final int EVENTS = 64;
	private static final long WAKE = -1;
	private static final long BACK_END = -2;
	private static final long SOCKET = -3;

	private final ConsoleDriver driver;
	private final FrontEnd frontEnd;
	private final Epoll epoll = new Epoll(EVENTS);
	private final EventCounter wake = new EventCounter();
	private final Thread thread;
	private volatile boolean ended;

	CallWatch(ConsoleDriver driver, FrontEnd frontEnd) throws IOException {
		this.driver = driver;
		this.frontEnd = frontEnd;
		this.thread = Thread.ofPlatform().daemon().name("guest-driver").unstarted(this::watch);
	}

	void start() throws IOException {
		epoll.add(wake.descriptor(), Epoll.IN, WAKE);
		reconnected();
		var watched = new HashSet<Integer>(); // libkrun has one call for all queues
		for (int i = 0; i < frontEnd.queues(); i++)
			if (watched.add(frontEnd.lines(i).call().descriptor()))
				epoll.add(frontEnd.lines(i).call().descriptor(), Epoll.IN | Epoll.ET, i);
		thread.start();
	}

	/** The front-end has another connection; its descriptors of the one before are closed. */
	void reconnected() throws IOException {
		epoll.add(frontEnd.channel().descriptor(), Epoll.RDHUP | Epoll.ET, SOCKET);
		if (frontEnd.backEndDescriptor() >= 0)
			epoll.add(frontEnd.backEndDescriptor(), Epoll.IN | Epoll.ET, BACK_END);
	}

	private void watch() {
		try {
			while (!ended && !driver.lock().failed()) {
				int count = epoll.await(-1);
				boolean called = false;
				for (int i = 0; i < count; i++)
					called |= handle(epoll.data(i));
				if (called && !ended)
					driver.called();
				driver.notices().tell();
			}
		} catch (IOException | RuntimeException e) {
			driver.lock().fail(e);
		}
		if (!ended)
			driver.notices().tellFailure(driver.lock().failure());
	}

	/** Has the thread look at what there is to tell. Under the driver's lock, and not after {@link #close}. */
	void wake() {
		wake.ring();
	}

	/** Whether it was a queue's call. */
	private boolean handle(long what) throws IOException {
		if (what == SOCKET)
			throw new EOFException("the back-end has closed the socket");
		if (what == WAKE)
			wake.take();
		if (what == BACK_END)
			driver.backEndCalled();
		if (what >= 0)
			frontEnd.lines((int) what).call().take(); // a pipe that is not emptied fills up, and then calls no more
		return what >= 0;
	}

	@Override
	public void close() {
		ended = true;
		wake.ring();
		try {
			thread.join(); // it waits for nothing but the epoll and the driver's lock, which the caller must not hold
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		}
		epoll.close();
		wake.close();
	}
}
