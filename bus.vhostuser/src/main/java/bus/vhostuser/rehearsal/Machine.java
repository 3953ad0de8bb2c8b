package bus.vhostuser.rehearsal;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import bus.linux.Errno;
import bus.linux.Linux;
import bus.linux.LinuxException;
import bus.linux.MappedFile;
import bus.linux.MessageSocket;

/** The monitor's half: says over a socket what QEMU says, in its order, and wants each message acknowledged. */
final class Machine implements AutoCloseable {
	static final int GET_FEATURES = 1;
	static final int SET_FEATURES = 2;
	static final int SET_OWNER = 3;
	static final int SET_VRING_NUM = 8;
	static final int SET_VRING_ADDR = 9;
	static final int SET_VRING_BASE = 10;
	static final int GET_VRING_BASE = 11;
	static final int SET_VRING_KICK = 12;
	static final int SET_VRING_CALL = 13;
	static final int SET_VRING_ERR = 14;
	static final int GET_PROTOCOL_FEATURES = 15;
	static final int SET_PROTOCOL_FEATURES = 16;
	static final int GET_QUEUE_NUM = 17;
	static final int SET_VRING_ENABLE = 18;
	static final int SET_BACKEND_REQ_FD = 21;
	static final int GET_CONFIG = 24;
	static final int GET_MAX_MEM_SLOTS = 36;
	static final int ADD_MEM_REG = 37;
	static final int REM_MEM_REG = 38;

	/** MQ, REPLY_ACK, BACKEND_REQ, CONFIG, CONFIGURE_MEM_SLOTS: what QEMU uses of what it takes. */
	private static final long PROTOCOL = 1 | 1 << 3 | 1 << 5 | 1 << 9 | 1 << 15;
	private static final int CONFIG_SIZE = 12;
	private static final int HEADER = 12;
	private static final int VERSION = 1;
	private static final int NEED_REPLY = 8;
	private static final long START = 0x4000_0000L;
	private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
	private static final long NAP_NANOS = TimeUnit.MICROSECONDS.toNanos(20);

	/** Something that the bus is to bring about. */
	interface Condition {
		boolean holds() throws IOException;
	}

	private final Arena arena = Arena.ofShared();
	private final MemorySegment buffer = arena.allocate(512, 8);
	private final MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG, 1);
	private final MessageSocket socket;
	private final MessageSocket[] backEndRequests = MessageSocket.pair();
	private final int file;
	private final MappedFile memory;
	private final int[] kicks;
	private final int[] calls;
	private final Ring[] rings;
	private boolean acknowledged;

	/** @param socket connected to the bus; from now on this object's */
	Machine(MessageSocket socket, int queues) throws LinuxException {
		this.socket = socket;
		long size = (long) Ring.BYTES * queues;
		file = (int) LinuxException.check(Linux.memfd_create("vport-rehearsal"), "memfd_create");
		LinuxException.check(Linux.ftruncate(file, size), "ftruncate");
		memory = MappedFile.map(file, 0, size);
		kicks = new int[queues];
		calls = new int[queues];
		rings = new Ring[queues];
		for (int i = 0; i < queues; i++) {
			kicks[i] = calls[i] = -1;
			rings[i] = new Ring(memory.segment().asSlice((long) i * Ring.BYTES, Ring.BYTES), START + (long) i * Ring.BYTES);
		}
	}

	Ring ring(int queue) {
		return rings[queue];
	}

	void kick(int queue) {
		Linux.write(kicks[queue], one.address(), Long.BYTES);
	}

	/** From the first message to running queues. */
	void start() throws IOException {
		for (int i = 0; i < rings.length; i++) {
			kicks[i] = (int) LinuxException.check(Linux.eventfd(0), "eventfd");
			calls[i] = (int) LinuxException.check(Linux.eventfd(0), "eventfd");
		}
		ask(GET_FEATURES);
		ask(GET_PROTOCOL_FEATURES);
		tell(SET_PROTOCOL_FEATURES, u64(PROTOCOL));
		acknowledged = true;
		ask(GET_QUEUE_NUM);
		ask(GET_MAX_MEM_SLOTS);
		tell(SET_BACKEND_REQ_FD, ByteBuffer.allocate(0), backEndRequests[1].descriptor());
		tell(SET_OWNER, ByteBuffer.allocate(0));
		long features = ask(GET_FEATURES);
		for (int i = 0; i < rings.length; i++) {
			tell(SET_VRING_CALL, u64(i), calls[i]);
			tell(SET_VRING_ERR, u64(i), calls[i]);
		}
		ask(GET_CONFIG, u32s(0, CONFIG_SIZE, 0, 0, 0, 0));
		tell(SET_FEATURES, u64(features));
		tell(ADD_MEM_REG, region(), file);
		for (int i = 0; i < rings.length; i++) {
			tell(SET_VRING_NUM, u32s(i, Ring.SIZE));
			tell(SET_VRING_BASE, u32s(i, 0));
			long at = rings[i].address();
			tell(SET_VRING_ADDR, bytes(40).putInt(i).putInt(0).putLong(at).putLong(at + Ring.USED)
					.putLong(at + Ring.AVAILABLE).putLong(0).flip());
			tell(SET_VRING_KICK, u64(i), kicks[i]);
			tell(SET_VRING_CALL, u64(i), calls[i]);
		}
		for (int i = 0; i < rings.length; i++)
			tell(SET_VRING_ENABLE, u32s(i, 1));
	}

	/** What a reset does. */
	void stop() throws IOException {
		for (int i = 0; i < rings.length; i++)
			tell(SET_VRING_ENABLE, u32s(i, 0));
		for (int i = 0; i < rings.length; i++)
			ask(GET_VRING_BASE, u32s(i, 0));
		tell(REM_MEM_REG, region());
	}

	private ByteBuffer region() {
		return bytes(40).putLong(0).putLong(START).putLong((long) Ring.BYTES * rings.length).putLong(START).putLong(0).flip();
	}

	private static ByteBuffer bytes(int size) {
		return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
	}

	private static ByteBuffer u64(long value) {
		return bytes(8).putLong(value).flip();
	}

	private static ByteBuffer u32s(int... values) {
		var bytes = bytes(4 * values.length);
		for (int value : values)
			bytes.putInt(value);
		return bytes.flip();
	}

	private long ask(int request) throws IOException {
		return ask(request, ByteBuffer.allocate(0));
	}

	private long ask(int request, ByteBuffer payload) throws IOException {
		send(request, VERSION, payload);
		return answer(request);
	}

	private void tell(int request, ByteBuffer payload, int... descriptors) throws IOException {
		send(request, VERSION | (acknowledged ? NEED_REPLY : 0), payload, descriptors);
		if (acknowledged && answer(request) != 0)
			throw new IOException("request " + request + " is refused");
	}

	private void send(int request, int flags, ByteBuffer payload, int... descriptors) throws IOException {
		int size = payload.remaining();
		buffer.asByteBuffer().order(ByteOrder.nativeOrder()).putInt(request).putInt(flags).putInt(size).put(payload);
		if (socket.send(buffer, 0, HEADER + size, descriptors) != HEADER + size)
			throw new IOException("request " + request + " cannot be sent");
	}

	/** The first eight bytes of the payload. */
	private long answer(int request) throws IOException {
		await(() -> {
			int n = socket.receive(buffer, 0, buffer.byteSize());
			if (n != -Errno.EAGAIN && n < HEADER + Long.BYTES)
				throw new IOException("request " + request + " is answered with " + n + " bytes");
			return n > 0;
		}, "answer to request " + request);
		return buffer.get(ValueLayout.JAVA_LONG_UNALIGNED, HEADER);
	}

	/** Naps rather than waits for calls: what is measured here is nothing, and a nap costs the other threads least. */
	static void await(Condition condition, String what) throws IOException {
		long deadline = System.nanoTime() + PATIENCE_NANOS;
		while (!condition.holds()) {
			if (System.nanoTime() - deadline > 0)
				throw new IOException("no " + what + " within " + TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NANOS) + " s");
			LockSupport.parkNanos(NAP_NANOS);
		}
	}

	@Override
	public void close() {
		socket.close();
		for (var end : backEndRequests)
			end.close();
		for (int i = 0; i < rings.length; i++) {
			Linux.close(kicks[i]);
			Linux.close(calls[i]);
		}
		memory.close();
		Linux.close(file);
		arena.close();
	}
}
