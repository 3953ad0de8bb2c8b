package bus.vhostuser.session;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;

import bus.core.console.ConsoleDevice;
import bus.core.console.DeviceState;
import bus.core.console.Loop;
import bus.core.console.StateRefusedException;
import bus.linux.Errno;
import bus.linux.Linux;
import bus.linux.LinuxException;

/**
 * The device's state on its way to or from a descriptor of the front-end's, mostly a pipe: as much at once as goes in or
 * comes out without waiting, the rest when the descriptor is ready. One at a time: a front-end that begins another has
 * given the first one up. Loop thread.
 */
final class StateTransfer {
	/** The reply to SET_DEVICE_STATE_FD in bit 8: no descriptor comes back, the front-end's own is good. */
	private static final long NO_DESCRIPTOR = 0x100;
	/** Its low byte is not 0: an error. */
	static final Reply REFUSED = Reply.of(NO_DESCRIPTOR | 1);

	private static final int SAVE = 0;
	private static final int LOAD = 1;
	private static final int STOPPED = 0;
	private static final System.Logger LOG = System.getLogger("bus.vhostuser");

	private final String bus;
	private final Loop loop;
	private final ConsoleDevice device;
	private final Vrings vrings;
	/** The bytes; null if no transfer has begun. */
	private Arena arena;
	private MemorySegment bytes;
	private long done;
	private int direction;
	/** -1 when it has been closed: all is written, or read, or has failed. */
	private int descriptor = -1;
	private boolean watched;
	private String failure;

	StateTransfer(String bus, Loop loop, ConsoleDevice device, Vrings vrings) {
		this.bus = bus;
		this.loop = loop;
		this.device = device;
		this.vrings = vrings;
	}

	/** SET_DEVICE_STATE_FD: direction u32 (0 save, 1 load), phase u32 (0: all rings are stopped). */
	Reply begin(Message m) throws RefusedException {
		int wanted = m.u32(0);
		if (wanted != SAVE && wanted != LOAD || m.u32(4) != STOPPED)
			throw new RefusedException("direction=" + Integer.toUnsignedString(wanted) + " phase="
					+ Integer.toUnsignedString(m.u32(4)) + ", allowed: direction=0 (save) or 1 (load), phase=0 (stopped)");
		if (vrings.isAnyRunning())
			throw new RefusedException("rings run; stop all of them first");
		close();
		direction = wanted;
		arena = Arena.ofShared();
		try {
			bytes = wanted == SAVE ? arena.allocateFrom(ValueLayout.JAVA_BYTE, device.save().encode())
					: arena.allocate(DeviceState.MAX_BYTES + 1);
			take(m);
		} catch (StateRefusedException e) {
			close();
			throw new RefusedException(e.getMessage());
		}
		return Reply.of(NO_DESCRIPTOR);
	}

	private void take(Message m) throws RefusedException {
		descriptor = m.takeNonBlocking(0);
		try {
			loop.watch(descriptor, events -> move());
			watched = true;
		} catch (IOException e) {
			// a file is always ready and cannot be watched; what is in it is known to be all when the verdict is asked for
			if (!(e instanceof LinuxException refused) || refused.errno() != Errno.EPERM) {
				close();
				throw new RefusedException("descriptor of the state: " + e.getMessage());
			}
		}
		if (watched || direction == SAVE)
			move();
	}

	private void move() {
		while (descriptor >= 0) {
			long at = bytes.address() + done;
			long left = bytes.byteSize() - done;
			long n = direction == SAVE ? Linux.write(descriptor, at, left) : Linux.read(descriptor, at, left);
			if (n == -Errno.EAGAIN)
				return;
			if (n == -Errno.EINTR)
				continue;
			if (n < 0)
				failure = "its descriptor: " + Errno.text(Linux.errno(n));
			done += Math.max(n, 0);
			if (n <= 0 || done == bytes.byteSize())
				closeDescriptor();
		}
	}

	/** CHECK_DEVICE_STATE: the verdict. What was read takes effect now or not at all. */
	Reply check() throws RefusedException {
		if (arena == null)
			throw new RefusedException("no state is on its way; SET_DEVICE_STATE_FD comes first");
		try {
			move();
			if (failure != null)
				throw new RefusedException(failure);
			if (descriptor >= 0)
				throw new RefusedException(direction == SAVE ? "only " + done + " of " + bytes.byteSize()
						+ " bytes of the state were read; read to the end of the file first"
						: "the writer has not closed its end after " + done + " bytes; it must, before the verdict");
			if (direction == LOAD)
				load();
			LOG.log(System.Logger.Level.INFO, "bus {0}: the device''s state was {1}, {2} bytes", bus,
					direction == SAVE ? "saved" : "loaded", done);
			return Reply.of(0);
		} catch (StateRefusedException e) {
			throw new RefusedException(e.getMessage());
		} finally {
			close();
		}
	}

	private void load() throws StateRefusedException {
		if (done > DeviceState.MAX_BYTES)
			throw new StateRefusedException("more than " + DeviceState.MAX_BYTES + " bytes, which no state of vport has");
		device.load(DeviceState.decode(bytes.asSlice(0, done).toArray(ValueLayout.JAVA_BYTE)));
		var all = new BitSet();
		all.set(0, Vrings.LIMIT);
		vrings.recover(all);
	}

	private void closeDescriptor() {
		if (descriptor < 0)
			return;
		if (watched)
			loop.unwatch(descriptor);
		Linux.close(descriptor);
		descriptor = -1;
		watched = false;
	}

	/** Gives up what is on its way. */
	void close() {
		closeDescriptor();
		if (arena != null)
			arena.close();
		arena = null;
		bytes = null;
		done = 0;
		failure = null;
	}
}
