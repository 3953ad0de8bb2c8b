package guest.driver;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
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

	private static final int ENXIO = 6;
	private static final int EBUSY = 16;
	private static final int ENODEV = 19;

	private final ConsoleDriver driver;
	private final DriverLock lock;
	private final int id;
	private ReceiveQueue in;
	private TransmitQueue out;
	private String name = "";
	private boolean console;
	private boolean open;
	private boolean hostConnected;
	private boolean removed;
	private int columns;
	private int rows;
	private long bytesReceived;
	private long bytesSent;
	private long bytesDiscarded;

	GuestSidePort(ConsoleDriver driver, int id, ReceiveQueue in, TransmitQueue out) {
		this.driver = driver;
		this.lock = driver.lock();
		this.id = id;
		this.in = in;
		this.out = out;
	}

	public int id() {
		return id;
	}

	/** Empty as long as the device has given none. */
	public String name() {
		return lock.locked(() -> name);
	}

	public boolean isConsole() {
		return lock.locked(() -> console);
	}

	/** Whether a program has the port open; a console always is. */
	public boolean isOpen() {
		return lock.locked(() -> open);
	}

	public boolean hostConnected() {
		return lock.locked(() -> hostConnected);
	}

	/** Whether the port was unplugged; a port of the same id or name that comes later is another object. */
	public boolean isRemoved() {
		return lock.locked(() -> removed);
	}

	/** Of a console, 0 as long as the device has told none. */
	public int columns() {
		return lock.locked(() -> columns);
	}

	/** Of a console, 0 as long as the device has told none. */
	public int rows() {
		return lock.locked(() -> rows);
	}

	public long bytesReceived() {
		return lock.locked(() -> bytesReceived);
	}

	/** Bytes given to the device, taken by it or not. */
	public long bytesSent() {
		return lock.locked(() -> bytesSent);
	}

	/** Bytes that the device sent while nobody had the port open. */
	public long bytesDiscarded() {
		return lock.locked(() -> bytesDiscarded);
	}

	/**
	 * Opens the port and tells the host.
	 *
	 * @throws LinuxException if it is open already (EBUSY), a console (ENXIO) or unplugged (ENODEV)
	 */
	public void open() throws IOException {
		lock.run(() -> {
			checkPresent();
			if (console)
				throw failure("open, a console is always open", ENXIO);
			if (open)
				throw failure("open, it is open already", EBUSY);
			open = true;
			driver.sendControl(id, ControlMessage.PORT_OPEN, 1);
		});
	}

	/** Closes the port, tells the host and drops what was not read. Nothing if it is closed or a console. */
	public void close() throws IOException {
		lock.run(() -> {
			if (!open || console || removed)
				return;
			driver.sendControl(id, ControlMessage.PORT_OPEN, 0);
			open = false;
			discardIfClosed();
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
			lock.await(timeout, () -> removed || in.peek() != null || !console && !hostConnected);
			checkOpen("read");
			int done = 0;
			for (var data = in.peek(); data != null && done < length; data = in.peek()) {
				int n = (int) Math.min(data.byteSize(), length - done);
				MemorySegment.copy(data, JAVA_BYTE, 0, target, offset + done, n);
				in.consume(n);
				done += n;
			}
			bytesReceived += done;
			return done > 0 ? done : !console && !hostConnected ? 0 : WOULD_BLOCK;
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
			lock.await(timeout, () -> removed || (console || hostConnected) && !out.full());
			checkOpen("write");
			if (!console && !hostConnected || out.full())
				return WOULD_BLOCK;
			int n = Math.min(length, MAX_WRITE);
			out.send(source, offset, n);
			bytesSent += n;
			if (console)
				driver.spinUntilTaken(out, "console output of port " + id);
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
		return lock.call(() -> lock.await(timeout, () -> removed || out.idle()));
	}

	private void checkOpen(String what) throws LinuxException {
		checkPresent();
		if (!open)
			throw failure(what + ", it is not open", Errno.EBADF);
	}

	private void checkPresent() throws LinuxException {
		if (removed)
			throw failure("it was unplugged", ENODEV);
	}

	private LinuxException failure(String what, int errno) {
		return new LinuxException("port " + id + " '" + name + "': " + what, errno);
	}

	// what follows is the driver's, under its lock

	void attach(ReceiveQueue receive, TransmitQueue transmit) {
		in = receive;
		out = transmit;
	}

	boolean named(String wanted) {
		return name.equals(wanted);
	}

	boolean hasName() {
		return !name.isEmpty();
	}

	void setName(String given) {
		name = given;
	}

	boolean console() {
		return console;
	}

	boolean opened() {
		return open;
	}

	void becomeConsole() {
		console = true;
		open = true;
	}

	void setHostConnected(boolean connected) {
		hostConnected = connected;
	}

	void resize(int newColumns, int newRows) {
		columns = newColumns;
		rows = newRows;
	}

	void remove() {
		removed = true;
		hostConnected = false;
		open = false;
		discardIfClosed(); // the queue outlives the port: the next one of this id must not read what is left
	}

	void discardIfClosed() {
		if (!open)
			bytesDiscarded += in.discard();
	}

	@Override
	public String toString() {
		return lock.locked(() -> "port " + id + " '" + name + "'" + (console ? " console" : "")
				+ (open ? " open" : " closed") + (hostConnected ? " host=open" : " host=closed")
				+ (removed ? " unplugged" : ""));
	}
}
