package bench.rings;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;

import bus.api.GuestPort;
import bus.api.HostPort;
import bus.linux.Linux;
import bus.linux.LinuxException;

/**
 * A port that takes all and always has something, by its own calls or through a descriptor; and the other end of the latter.
 */
final class Sink implements HostPort, AutoCloseable {
	private static final int BYTES = 64 * 1024;

	private final DataPath path;
	private final boolean piped;
	/** The bus's, once it is attached. */
	private final int descriptor;
	private final int otherEnd;
	private final ByteBuffer source = ByteBuffer.allocateDirect(BYTES);

	/**
	 * @param piped whether the descriptor is a pipe, not /dev/null or /dev/zero
	 */
	Sink(DataPath path, boolean piped) throws LinuxException {
		this.path = path;
		this.piped = piped;
		if (!path.hasDescriptor()) {
			descriptor = -1;
			otherEnd = -1;
		} else if (piped) {
			try (var arena = Arena.ofConfined()) {
				var ends = arena.allocate(ValueLayout.JAVA_INT, 2);
				LinuxException.check(Linux.pipe2(ends.address()), "pipe2");
				int reading = ends.getAtIndex(ValueLayout.JAVA_INT, 0);
				int writing = ends.getAtIndex(ValueLayout.JAVA_INT, 1);
				LinuxException.check(Native.widen(reading), "fcntl(F_SETPIPE_SZ)");
				descriptor = path == DataPath.WRITE ? writing : reading;
				otherEnd = path == DataPath.WRITE ? reading : writing;
			}
		} else {
			descriptor = (int) LinuxException.check(path == DataPath.WRITE ? Linux.open("/dev/null", Linux.O_WRONLY, 0)
					: Linux.open("/dev/zero", Linux.O_RDONLY, 0), "open(" + path + ")");
			otherEnd = -1;
		}
	}

	DataPath path() {
		return path;
	}

	/** -1 if the port has none. */
	int descriptor() {
		return descriptor;
	}

	/** -1 if there is none. */
	int otherEnd() {
		return otherEnd;
	}

	boolean isPiped() {
		return piped;
	}

	@Override
	public void plugged(GuestPort guest) {
		guest.open();
		if (descriptor >= 0)
			guest.attach(descriptor);
		else
			guest.readable();
	}

	@Override
	public int guestData(ByteBuffer data) {
		return data.remaining();
	}

	@Override
	public int hostData(ByteBuffer room) {
		if (path != DataPath.ASK)
			return 0;
		int put = room.remaining();
		room.put(0, source, 0, put);
		return put;
	}

	/** The bus's descriptor is not closed by this: the fork ends. */
	@Override
	public void close() {
		if (otherEnd >= 0)
			Linux.close(otherEnd);
	}
}
