package port.endpoint;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

import bus.linux.Epoll;
import bus.linux.Errno;
import bus.linux.Linux;
import bus.linux.Peer;

/** A program that has come to a port, or that a port has gone to: a non-blocking stream. Used by one thread at a time. */
public final class Connection implements AutoCloseable {
	private static final int SCRATCH = 16 << 10;

	private final int descriptor;
	private final String peer;
	private final String protocol;
	/** Null until it is needed: whoever attaches the descriptor needs none. */
	private MemorySegment scratch;
	private ByteBuffer scratchBytes;

	Connection(int descriptor, String peer, String protocol) {
		this.descriptor = descriptor;
		this.peer = peer;
		this.protocol = protocol;
	}

	/**
	 * One that an earlier instance of the port has kept: {@link bus.api.GuestPort#kept}.
	 *
	 * @param descriptor from now on this object's
	 */
	public static Connection of(int descriptor) {
		return new Connection(descriptor, Peer.name(descriptor), "");
	}

	/** Its number, which stays this object's: for {@link bus.api.GuestPort#watch}. */
	public int descriptor() {
		return descriptor;
	}

	/** Who is there, for the log and for listings: an address, a user, the name in a certificate. */
	public String peer() {
		return peer;
	}

	/** The protocol that protects it on its way, for instance {@code TLSv1.3}; empty if none does. */
	public String protocol() {
		return protocol;
	}

	/** Gives the descriptor away, for {@link bus.api.GuestPort#attach(int)}; nothing else may be called after it. */
	public int release() {
		return descriptor;
	}

	/**
	 * Reads what is there.
	 *
	 * @return bytes put into {@code room}; 0 if there are none now, or no room; -1 if the peer has gone
	 */
	public int read(ByteBuffer room) {
		int piece = Math.min(room.remaining(), SCRATCH);
		if (piece == 0)
			return 0;
		needScratch();
		long read = Linux.read(descriptor, scratch.address(), piece);
		if (read == -Errno.EAGAIN || read == -Errno.EINTR)
			return 0;
		if (read <= 0)
			return -1;
		room.put(scratchBytes.clear().limit((int) read));
		return (int) read;
	}

	/**
	 * Writes what the peer takes now.
	 *
	 * @param data its position is moved past the bytes taken
	 * @return bytes taken; fewer than there were means "no more now"; -1 if the peer has gone
	 */
	public int write(ByteBuffer data) {
		int taken = 0;
		needScratch();
		while (data.hasRemaining()) {
			int piece = Math.min(data.remaining(), SCRATCH);
			scratchBytes.clear().put(data.slice(data.position(), piece));
			long wrote = Linux.write(descriptor, scratch.address(), piece);
			if (wrote == -Errno.EINTR)
				continue;
			if (wrote == -Errno.EAGAIN)
				break;
			if (wrote < 0)
				return -1;
			data.position(data.position() + (int) wrote);
			taken += (int) wrote;
		}
		return taken;
	}

	/** Whether the peer has said its last byte; there may be bytes that were not read yet. */
	public boolean ended() {
		try (var arena = Arena.ofConfined()) {
			var asked = arena.allocate(8, 4); // struct pollfd: descriptor 0, events 4, answer 6
			asked.set(JAVA_INT, 0, descriptor);
			asked.set(JAVA_SHORT, 4, (short) Epoll.RDHUP);
			return Linux.poll(asked.address(), 1) > 0 && asked.get(JAVA_SHORT, 6) != 0;
		}
	}

	@Override
	public void close() {
		Linux.close(descriptor);
	}

	private void needScratch() {
		if (scratch != null)
			return;
		scratch = Arena.ofAuto().allocate(SCRATCH);
		scratchBytes = scratch.asByteBuffer();
	}
}
