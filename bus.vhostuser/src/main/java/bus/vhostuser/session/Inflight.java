package bus.vhostuser.session;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.BitSet;

import bus.core.console.ConsoleDevice;
import bus.core.console.DeviceState;
import bus.core.console.Recorder;
import bus.core.console.StateRefusedException;
import bus.core.virtio.RingPosition;
import bus.core.virtio.Virtqueue;
import bus.linux.Linux;
import bus.linux.LinuxException;
import bus.linux.MappedFile;

/**
 * The in-flight memory: a file that the front-end keeps, so that the process that comes after this one goes on where this
 * one was. A device that completes in order has no list of begun chains to keep there, as the protocol means it: the used
 * ring in the guest's memory says how far it is. What it does not say is behind the protocol's part, in a layout of our
 * own: the offset within the chain that is half consumed, and what driver and ports know of each other.
 *
 * <pre>
 *   queue i at i * stride   0: features u64     8: version u16     10: desc_num u16    12: last_batch_head u16
 *                          14: used_idx u16    16: a state of 16 bytes for each descriptor, all 0
 *   notes, after the last   0: magic "vport-i1"       8: of each queue: next u16, offset u48
 *   two states              0: sequence u64, the larger one counts    8: length u32    16: a DeviceState
 * </pre>
 *
 * Loop thread.
 */
final class Inflight implements Recorder {
	private static final System.Logger LOG = System.getLogger("bus.vhostuser");
	private static final ValueLayout.OfShort LE16 = ValueLayout.JAVA_SHORT.withOrder(LITTLE_ENDIAN);
	private static final ValueLayout.OfInt LE32 = ValueLayout.JAVA_INT.withOrder(LITTLE_ENDIAN);
	private static final ValueLayout.OfLong LE64 = ValueLayout.JAVA_LONG.withOrder(LITTLE_ENDIAN);

	private static final long MAGIC = 0x31692d74726f7076L;
	private static final int VERSION = 1;
	private static final int ALIGN = 64;
	private static final int PAGE = 4096;
	private static final int SEEK_END = 2;
	/** Of one state. One of 127 ports with a thousand kept messages has its place in it. */
	private static final int STATE = 128 << 10;
	private static final int STATE_HEADER = 16;

	/** Where things are, for so many queues of so many descriptors. */
	private record Layout(int queues, int queueSize) {

		static Layout of(Message m) throws RefusedException {
			int queues = m.u32(16) & 0xffff;
			int queueSize = m.u32(16) >>> 16;
			if (queues < 1 || queues > Vrings.LIMIT || queueSize < 1 || queueSize > Virtqueue.MAX_SIZE)
				throw new RefusedException("num_queues=" + queues + " queue_size=" + queueSize + ", allowed: 1 to "
						+ Vrings.LIMIT + " and 1 to " + Virtqueue.MAX_SIZE);
			return new Layout(queues, queueSize);
		}

		long queue(int index) {
			return index * align(16 + 16L * queueSize);
		}

		long notes() {
			return queue(queues);
		}

		long note(int index) {
			return notes() + 8 + 8L * index;
		}

		long state(long sequence) {
			return align(note(queues)) + (sequence & 1) * STATE;
		}

		long size() {
			return state(0) + 2 * STATE;
		}

		private static long align(long bytes) {
			return bytes + ALIGN - 1 & -ALIGN;
		}
	}

	private final String bus;
	private final ConsoleDevice device;
	private final Vrings vrings;
	private MappedFile mapping;
	private MemorySegment memory;
	private Layout layout;
	private long sequence;
	private boolean tooLarge;

	Inflight(String bus, ConsoleDevice device, Vrings vrings) {
		this.bus = bus;
		this.device = device;
		this.vrings = vrings;
	}

	/** GET_INFLIGHT_FD: size u64, offset u64, num_queues u16, queue_size u16, padding as the front-end's C has it. */
	Reply get(Message m) throws RefusedException {
		var wanted = Layout.of(m);
		int file = -1;
		try {
			file = (int) LinuxException.check(Linux.memfd_create("vport-inflight"), "memfd_create");
			LinuxException.check(Linux.ftruncate(file, wanted.size()), "ftruncate(" + wanted.size() + ")");
			LinuxException.check(Linux.fcntl(file, Linux.F_ADD_SEALS, Linux.F_SEAL_SHRINK), "F_ADD_SEALS");
			try (var fresh = MappedFile.map(file, 0, wanted.size())) {
				fresh.segment().set(LE64, wanted.notes(), MAGIC);
			}
			return Reply.inflight(m.bytes(0, m.size()), wanted.size(), file);
		} catch (LinuxException e) {
			if (file >= 0)
				Linux.close(file);
			throw new RefusedException(e.getMessage());
		}
	}

	/** SET_INFLIGHT_FD: what GET_INFLIGHT_FD answered, now or to the process before. */
	Reply set(Message m) throws RefusedException {
		if (vrings.isAnyRunning())
			throw new RefusedException("rings run; in-flight memory comes before them");
		var found = Layout.of(m);
		var opened = open(m, found);
		try {
			check(opened.segment(), found);
		} catch (RefusedException e) {
			opened.close();
			throw e;
		}
		close();
		mapping = opened;
		memory = opened.segment();
		layout = found;
		if (!dropIfPacked()) {
			recover();
			device.record(this);
		}
		return Reply.ACK;
	}

	/** Features and memory come in either order. */
	boolean dropIfPacked() {
		if (mapping == null || !vrings.isPacked())
			return false;
		LOG.log(System.Logger.Level.INFO, "bus {0}: in-flight memory is of no use to packed rings: they start where the"
				+ " virtual machine says", bus);
		close();
		return true;
	}

	private static MappedFile open(Message m, Layout layout) throws RefusedException {
		long size = m.u64(0);
		long offset = m.u64(8);
		int file = m.descriptor(0);
		String what = "in-flight memory size=" + size + " offset=" + offset;
		if (size < layout.size() || offset < 0 || offset % PAGE != 0 || offset + size < 0)
			throw new RefusedException(what + ", needed: " + layout.size() + " bytes, at a page");
		Linux.fcntl(file, Linux.F_ADD_SEALS, Linux.F_SEAL_SHRINK); // first: its size is worth nothing before
		long seals = Linux.fcntl(file, Linux.F_GET_SEALS, 0);
		if (seals < 0 || (seals & Linux.F_SEAL_SHRINK) == 0)
			throw new RefusedException(what + ": its file can be truncated; give the one of GET_INFLIGHT_FD");
		long fileSize = Linux.lseek(file, 0, SEEK_END);
		if (fileSize < offset + size)
			throw new RefusedException(what + ": its file has only " + fileSize + " bytes");
		try {
			return MappedFile.map(file, offset, size);
		} catch (LinuxException e) {
			throw new RefusedException(what + ": " + e.getMessage());
		}
	}

	private static void check(MemorySegment memory, Layout layout) throws RefusedException {
		long magic = memory.get(LE64, layout.notes());
		if (magic != MAGIC)
			throw new RefusedException("in-flight memory of something else than this version of vport: magic=0x"
					+ Long.toHexString(magic) + "; give the one of GET_INFLIGHT_FD");
		for (int i = 0; i < layout.queues(); i++) {
			int version = u16(memory, layout.queue(i) + 8);
			int descriptors = u16(memory, layout.queue(i) + 10);
			if (version > VERSION || descriptors != version * layout.queueSize())
				throw new RefusedException("in-flight memory of queue=" + i + " with version=" + version + " desc_num="
						+ descriptors + ", known here: version=" + VERSION + " desc_num=" + layout.queueSize());
		}
	}

	private static int u16(MemorySegment memory, long at) {
		return Short.toUnsignedInt(memory.get(LE16, at));
	}

	/** Queues that somebody has served go on where they are; the others are ours from now on. */
	private void recover() {
		var served = new BitSet();
		var begun = new ArrayList<DeviceState.Begun>();
		for (int i = 0; i < layout.queues(); i++) {
			served.set(i, u16(memory, layout.queue(i) + 8) == VERSION);
			long note = memory.get(LE64, layout.note(i));
			if (served.get(i) && i % 2 == 1 && note >>> 16 > 0) // the device writes the even ones, and never a part of a chain
				begun.add(new DeviceState.Begun(i, new RingPosition((int) note & 0xffff, note >>> 16)));
			memory.set(LE16, layout.queue(i) + 10, (short) layout.queueSize());
			memory.set(LE16, layout.queue(i) + 8, (short) VERSION);
		}
		if (served.isEmpty())
			return;
		vrings.recover(served);
		var state = lastState();
		try {
			if (state != null) {
				device.recover(state.withBegun(begun));
				return;
			}
		} catch (StateRefusedException e) {
			LOG.log(System.Logger.Level.WARNING, "bus {0}: the guest goes on, but what it knew of its ports is lost: {1}", bus,
					e.getMessage());
		}
		device.recover(begun);
	}

	/** The newest state that is whole: the process before may have ended while it wrote one. */
	private DeviceState lastState() {
		DeviceState last = null;
		sequence = 0;
		for (long parity = 0; parity < 2; parity++) {
			long at = layout.state(parity);
			long number = memory.get(LE64, at);
			int length = memory.get(LE32, at + 8);
			if (number <= sequence || length < 0 || length > STATE - STATE_HEADER)
				continue;
			try {
				last = length == 0 ? null // there was none that has room here, and the one before it is out of date
						: DeviceState.decode(memory.asSlice(at + STATE_HEADER, length).toArray(JAVA_BYTE));
				sequence = number;
			} catch (StateRefusedException e) {
				LOG.log(System.Logger.Level.DEBUG, "bus " + bus + ": in-flight state " + number, e);
			}
		}
		return last;
	}

	@Override
	public void begun(int queue, RingPosition position) {
		if (queue < layout.queues())
			memory.set(LE64, layout.note(queue), position.next() | position.offset() << 16); // one store: never half of it
	}

	@Override
	public void known(DeviceState state) {
		byte[] bytes;
		try {
			bytes = state.encode();
			if (bytes.length > STATE - STATE_HEADER)
				throw new StateRefusedException("a state of " + bytes.length + " bytes");
		} catch (StateRefusedException e) {
			if (!tooLarge)
				LOG.log(System.Logger.Level.WARNING, "bus {0}: what the guest knows of its ports would be lost with this"
						+ " process: {1}", bus, e.getMessage());
			tooLarge = true;
			bytes = new byte[0];
		}
		long at = layout.state(++sequence);
		memory.set(LE64, at, 0);
		VarHandle.releaseFence(); // whoever finds the number must find the bytes that belong to it
		memory.set(LE32, at + 8, bytes.length);
		MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, at + STATE_HEADER, bytes.length);
		VarHandle.releaseFence();
		memory.set(LE64, at, sequence);
	}

	/** What is in it stays: the front-end may give it to whoever comes next. */
	void close() {
		if (mapping == null)
			return;
		device.record(null);
		mapping.close();
		mapping = null;
		tooLarge = false;
		sequence = 0;
	}
}
