package guest.driver;

import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;

import bus.linux.Errno;
import bus.linux.LinuxException;

/**
 * A port as a program in the guest sees it, with the manners of Linux: of /dev/vportNpM for a character port, of hvc
 * for a console. Any thread.
 *
 * <p>A console is always open, {@link #open} refuses it; it knows no end of file, and its output is waited for.
 */
public final class GuestSidePort {
	/** Answer of a read or write that would have to wait. */
	public static final int WOULD_BLOCK = -Errno.EAGAIN;
	/** Linux takes no more in one write. */
	public static final int MAX_WRITE = 32 << 10;
	/** For {@link #poll}: a read would not wait; at the end of file, too. */
	public static final int IN = 1;
	/** For {@link #poll}: a write would not wait. */
	public static final int OUT = 4;
	/** Answer of {@link #poll}: the host is closed, or the port unplugged. */
	public static final int HUP = 0x10;

	private static final int ENXIO = 6;
	private static final int EBUSY = 16;
	private static final int ENODEV = 19;

	private final ConsoleDriver driver;
	private final DriverLock lock;
	private final PortState state;

	GuestSidePort(ConsoleDriver driver, PortState state) {
		this.driver = driver;
		this.lock = driver.lock();
		this.state = state;
	}

	public int id() {
		return state.id;
	}

	/** Empty as long as the device has given none. */
	public String name() {
		return lock.locked(() -> state.name);
	}

	public boolean isConsole() {
		return lock.locked(() -> state.console);
	}

	/** Whether a program has the port open; a console always is. */
	public boolean isOpen() {
		return lock.locked(() -> state.open);
	}

	public boolean hostConnected() {
		return lock.locked(() -> state.hostConnected);
	}

	/** Whether the port was unplugged; a port of the same id or name that comes later is another object. */
	public boolean isRemoved() {
		return lock.locked(() -> state.removed);
	}

	/** Of a console, 0 as long as the device has told none. */
	public int columns() {
		return lock.locked(() -> state.columns);
	}

	/** Of a console, 0 as long as the device has told none. */
	public int rows() {
		return lock.locked(() -> state.rows);
	}

	public long bytesReceived() {
		return lock.locked(() -> state.bytesReceived);
	}

	/** Bytes given to the device, taken by it or not. */
	public long bytesSent() {
		return lock.locked(() -> state.bytesSent);
	}

	/** Bytes that came while nobody had the port open, or that nobody had read when it was closed or unplugged. */
	public long bytesDiscarded() {
		return lock.locked(() -> state.bytesDiscarded);
	}

	/** Bytes that wait for a reader. */
	public long buffered() {
		return lock.locked(() -> state.in.unread());
	}

	/** Whether the host can send nothing until somebody reads. */
	public boolean throttled() {
		return lock.locked(() -> state.in.throttled());
	}

	/**
	 * Bounds what the port holds: unread bytes, and room that the device has. 0 is no bound but the queue, as in Linux.
	 * Room that the device has already counts until it is used; {@link DriverSettings#withLimit} bounds from the start.
	 */
	public void limit(long bytes) throws IOException {
		lock.run(() -> {
			state.limit = DriverSettings.checkLimit(bytes);
			state.in.limit(bytes);
		});
	}

	/** Whether what comes while nobody has the port open, or is not read before it is closed, waits for the next. */
	public void keepWhileClosed(boolean keep) throws IOException {
		lock.run(() -> {
			state.keepWhileClosed = keep;
			state.collect();
		});
	}

	/**
	 * Opens the port and tells the host.
	 *
	 * @throws LinuxException if it is open already (EBUSY), a console (ENXIO) or unplugged (ENODEV)
	 */
	public void open() throws IOException {
		lock.run(() -> {
			checkPresent();
			if (state.console)
				throw failure("open, a console is always open", ENXIO);
			if (state.open)
				throw failure("open, it is open already", EBUSY);
			state.open = true;
			driver.sendControl(new ControlMessage(state.id, ControlMessage.PORT_OPEN, 1));
		});
	}

	/** Closes the port, tells the host and drops what was not read. Nothing if it is closed or a console. */
	public void close() throws IOException {
		lock.run(() -> {
			if (!state.open || state.console || state.removed)
				return;
			driver.sendControl(new ControlMessage(state.id, ControlMessage.PORT_OPEN, 0));
			state.open = false;
			state.collect();
		});
	}

	/**
	 * Waits as poll(2) does.
	 *
	 * @param events {@link #IN}, {@link #OUT} or both; {@link #HUP} is always waited for
	 * @return what is true of these, 0 when the time is over
	 */
	public int poll(int events, Duration timeout) throws IOException {
		return lock.call(() -> {
			if (!state.removed)
				checkOpen("poll");
			lock.await(timeout, () -> (state.readiness() & (events | HUP)) != 0);
			return state.readiness() & (events | HUP);
		});
	}

	/**
	 * Waits until the host has connected, or has disconnected; an unplugged port has no host.
	 *
	 * @return false when the time is over
	 */
	public boolean awaitHostConnected(boolean connected, Duration timeout) throws IOException {
		return lock.call(() -> {
			boolean reached = lock.await(timeout, () -> state.removed || state.hostConnected == connected);
			if (connected)
				checkPresent();
			return reached;
		});
	}

	/**
	 * Reads what is there, without waiting.
	 *
	 * @return bytes read; 0 when the host is closed and everything was read; {@link #WOULD_BLOCK}
	 */
	public int readNow(byte[] target, int offset, int length) throws IOException {
		return read(target, offset, length, Duration.ZERO);
	}

	/**
	 * Waits for something to read.
	 *
	 * @return bytes read; 0 when the host is closed and everything was read; {@link #WOULD_BLOCK} when the time is over
	 */
	public int read(byte[] target, int offset, int length, Duration timeout) throws IOException {
		return lock.call(() -> {
			checkOpen("read");
			if (length == 0)
				return 0;
			lock.await(timeout, state::readable);
			checkOpen("read");
			int n = state.read(target, offset, length);
			return n > 0 || state.atEnd() ? n : WOULD_BLOCK;
		});
	}

	/** Reads exactly so many bytes, or throws. */
	public byte[] readNBytes(int count, Duration timeout) throws IOException {
		var deadline = Deadline.after(timeout);
		var bytes = new byte[count];
		for (int done = 0; done < count;) {
			int n = read(bytes, done, count - done, deadline.left());
			if (n == 0)
				throw new EOFException(this + ": end of file after " + done + " of " + count + " bytes");
			if (n == WOULD_BLOCK)
				throw new IOException(this + ": only " + done + " of " + count + " bytes in "
						+ timeout.toMillis() + " ms");
			done += n;
		}
		return bytes;
	}

	/**
	 * Writes without waiting; a console waits for the device all the same.
	 *
	 * @return bytes written, at most {@link #MAX_WRITE}, or {@link #WOULD_BLOCK}
	 */
	public int writeNow(byte[] source, int offset, int length) throws IOException {
		return write(source, offset, length, Duration.ZERO);
	}

	/**
	 * Waits until the host is connected and the queue has room, then writes. Does not wait for the host to take it.
	 *
	 * @return bytes written, at most {@link #MAX_WRITE}, or {@link #WOULD_BLOCK} when the time is over
	 */
	public int write(byte[] source, int offset, int length, Duration timeout) throws IOException {
		return lock.call(() -> {
			checkOpen("write");
			if (length == 0)
				return 0;
			boolean writable = lock.await(timeout, () -> state.removed || state.writable());
			checkOpen("write");
			if (!writable)
				return WOULD_BLOCK;
			int n = Math.min(length, MAX_WRITE);
			state.out.send(source, offset, n);
			state.bytesSent += n;
			if (state.console)
				driver.spinUntilTaken(state.out, "console output of port " + state.id);
			return n;
		});
	}

	/** Writes all bytes, or throws. */
	public void writeFully(byte[] bytes, Duration timeout) throws IOException {
		var deadline = Deadline.after(timeout);
		for (int done = 0; done < bytes.length;) {
			int n = write(bytes, done, bytes.length - done, deadline.left());
			if (n == WOULD_BLOCK)
				throw new IOException(this + ": took " + done + " of " + bytes.length + " bytes in "
						+ timeout.toMillis() + " ms");
			done += n;
		}
	}

	/** Waits until the host side has taken everything that was written; false when the time is over. */
	public boolean awaitTaken(Duration timeout) throws IOException {
		return lock.call(() -> lock.await(timeout, () -> state.removed || state.out.idle()));
	}

	private void checkOpen(String what) throws LinuxException {
		checkPresent();
		if (!state.open)
			throw failure(what + ", it is not open", Errno.EBADF);
	}

	private void checkPresent() throws LinuxException {
		if (state.removed)
			throw failure("it was unplugged", ENODEV);
	}

	private LinuxException failure(String what, int errno) {
		return new LinuxException("port " + state.id + " '" + state.name + "': " + what, errno);
	}

	@Override
	public String toString() {
		return lock.locked(state::toString);
	}
}
