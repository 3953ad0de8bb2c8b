package bus.core.console;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.zip.CRC32C;

import bus.core.virtio.RingPosition;

/**
 * A {@link DeviceState} as bytes, for a monitor to keep or to send. The layout is documented for others in
 * {@code docs/device-state.md}; whatever changes it changes {@link #VERSION}.
 *
 * <pre>
 *   header    0: magic "vportdev"   8: version u16   10: flags u16   12: length u32, of everything
 *            16: features u64      24: max_nr_ports u16   26: ports u16   28: queues u16   30: messages u16
 *   port      0: id u16             2: flags u16     4: columns u16    6: rows u16
 *   queue     0: queue u16          2: next u16      4: reserved u32   8: offset u64
 *   message   0: length u32         4: a control message of virtio 1.3, section 5.3.6.2
 *   end       0: CRC32C u32, of everything before it
 * </pre>
 */
final class StateLayout {
	static final int VERSION = 1;

	private static final byte[] MAGIC = { 'v', 'p', 'o', 'r', 't', 'd', 'e', 'v' };
	private static final int HEADER = 32;
	private static final int PORT = 8;
	private static final int QUEUE = 16;
	private static final int CRC = 4;

	private static final int DEVICE_READY = 1;

	private static final int CONSOLE = 1;
	private static final int DRIVER_READY = 2;
	private static final int GUEST_OPEN = 4;
	private static final int HOST_OPEN = 8;
	private static final int HAS_SIZE = 16;
	private static final int PORT_FLAGS = 31;

	private StateLayout() {
	}

	static byte[] encode(DeviceState state) throws StateRefusedException {
		long size = HEADER + (long) PORT * state.ports().size() + (long) QUEUE * state.begun().size() + CRC;
		for (var message : state.messages())
			size += 4 + message.length;
		if (size > DeviceState.MAX_BYTES)
			throw new StateRefusedException("a state of " + size + " bytes, allowed: up to " + DeviceState.MAX_BYTES
					+ "; shorten the names of ports, or wait until the guest reads its control messages");
		var out = ByteBuffer.allocate((int) size).order(LITTLE_ENDIAN);
		out.put(MAGIC).putShort((short) VERSION).putShort((short) (state.deviceReady() ? DEVICE_READY : 0))
				.putInt((int) size).putLong(state.features()).putShort((short) state.maxPorts())
				.putShort((short) state.ports().size()).putShort((short) state.begun().size())
				.putShort((short) state.messages().size());
		for (var port : state.ports())
			out.putShort((short) port.id()).putShort((short) flags(port)).putShort((short) Math.max(port.columns(), 0))
					.putShort((short) port.rows());
		for (var begun : state.begun())
			out.putShort((short) begun.queue()).putShort((short) begun.position().next()).putInt(0)
					.putLong(begun.position().offset());
		for (var message : state.messages())
			out.putInt(message.length).put(message);
		return out.putInt(crc(out.array(), out.position())).array();
	}

	private static int flags(DeviceState.Port port) {
		return (port.console() ? CONSOLE : 0) | (port.driverReady() ? DRIVER_READY : 0)
				| (port.guestOpen() ? GUEST_OPEN : 0) | (port.hostOpen() ? HOST_OPEN : 0)
				| (port.columns() >= 0 ? HAS_SIZE : 0);
	}

	private static int crc(byte[] bytes, int length) {
		var crc = new CRC32C();
		crc.update(bytes, 0, length);
		return (int) crc.getValue();
	}

	static DeviceState decode(byte[] bytes) throws StateRefusedException {
		var in = ByteBuffer.wrap(bytes).order(LITTLE_ENDIAN);
		checkFrame(in);
		int flags = u16(in, 10);
		check((flags & ~DEVICE_READY) == 0, "flags=0x" + Integer.toHexString(flags));
		int maxPorts = u16(in, 24);
		check(maxPorts >= 1 && maxPorts <= PortTable.LIMIT, "max_nr_ports=" + maxPorts);
		in.position(HEADER);
		var ports = ports(in, u16(in, 26));
		var begun = queues(in, u16(in, 28), maxPorts);
		var messages = messages(in, u16(in, 30));
		check(in.remaining() == CRC, "bytes=" + (in.remaining() - CRC) + " too many");
		return new DeviceState(in.getLong(16), maxPorts, (flags & DEVICE_READY) != 0, ports, begun, messages);
	}

	/** Whether it is a state, of a version that is known, and whole. What is within may still be wrong. */
	private static void checkFrame(ByteBuffer in) throws StateRefusedException {
		int size = in.capacity();
		if (size < MAGIC.length || in.slice(0, MAGIC.length).compareTo(ByteBuffer.wrap(MAGIC)) != 0)
			throw new StateRefusedException("no state of a vport device (" + size + " bytes without its first 8);"
					+ " give it what vport saved");
		if (size < HEADER + CRC)
			throw cut(size, HEADER + CRC);
		if (u16(in, 8) != VERSION)
			throw new StateRefusedException("version=" + u16(in, 8) + " of the state, known here: " + VERSION
					+ "; load it with the release of vport that saved it");
		if (in.getInt(12) != size)
			throw cut(size, in.getInt(12));
		int crc = crc(in.array(), size - CRC);
		if (in.getInt(size - CRC) != crc)
			throw new StateRefusedException("the state was damaged on its way: crc=0x" + Integer.toHexString(crc)
					+ ", it says 0x" + Integer.toHexString(in.getInt(size - CRC)) + "; save it again");
	}

	private static StateRefusedException cut(int size, int length) {
		return new StateRefusedException("the state is not whole: " + size + " bytes came, it has length="
				+ Integer.toUnsignedString(length) + "; save it again");
	}

	private static List<DeviceState.Port> ports(ByteBuffer in, int count) throws StateRefusedException {
		check(in.remaining() - CRC >= (long) PORT * count, "ports=" + count);
		var ports = new ArrayList<DeviceState.Port>();
		var seen = new BitSet();
		for (int i = 0; i < count; i++) {
			int id = Short.toUnsignedInt(in.getShort());
			int flags = Short.toUnsignedInt(in.getShort());
			int columns = Short.toUnsignedInt(in.getShort());
			int rows = Short.toUnsignedInt(in.getShort());
			check(!seen.get(id), "port id=" + id + " twice");
			check(id < PortTable.LIMIT && (flags & ~PORT_FLAGS) == 0, "port id=" + id + " flags=0x"
					+ Integer.toHexString(flags));
			seen.set(id);
			boolean hasSize = (flags & HAS_SIZE) != 0;
			ports.add(new DeviceState.Port(id, (flags & CONSOLE) != 0, (flags & DRIVER_READY) != 0,
					(flags & GUEST_OPEN) != 0, (flags & HOST_OPEN) != 0, hasSize ? columns : -1, hasSize ? rows : 0));
		}
		return ports;
	}

	private static List<DeviceState.Begun> queues(ByteBuffer in, int count, int maxPorts) throws StateRefusedException {
		check(in.remaining() - CRC >= (long) QUEUE * count, "queues=" + count);
		var begun = new ArrayList<DeviceState.Begun>();
		var seen = new BitSet();
		for (int i = 0; i < count; i++) {
			int queue = Short.toUnsignedInt(in.getShort());
			int next = Short.toUnsignedInt(in.getShort());
			int reserved = in.getInt();
			long offset = in.getLong();
			check(!seen.get(queue), "queue=" + queue + " twice");
			// even ones, which the device writes, it completes with the first byte
			check(queue < 2 * (maxPorts + 1) && queue % 2 == 1 && reserved == 0 && offset > 0, "queue=" + queue + " offset=" + offset);
			seen.set(queue);
			begun.add(new DeviceState.Begun(queue, new RingPosition(next, offset)));
		}
		return begun;
	}

	private static List<byte[]> messages(ByteBuffer in, int count) throws StateRefusedException {
		check(count <= ControlChannel.BACKLOG, "messages=" + count);
		var messages = new ArrayList<byte[]>();
		for (int i = 0; i < count; i++) {
			check(in.remaining() - CRC >= 4, "messages=" + count);
			int length = in.getInt();
			check(length >= ControlMessage.SIZE && length <= in.remaining() - CRC, "message length="
					+ Integer.toUnsignedString(length));
			var message = new byte[length];
			in.get(message);
			messages.add(message);
		}
		return messages;
	}

	private static int u16(ByteBuffer in, int at) {
		return Short.toUnsignedInt(in.getShort(at));
	}

	/** What a whole state of this version cannot have: whoever wrote it was wrong. */
	private static void check(boolean right, String what) throws StateRefusedException {
		if (!right)
			throw new StateRefusedException("the state has " + what + ", which no device of vport can have");
	}
}
