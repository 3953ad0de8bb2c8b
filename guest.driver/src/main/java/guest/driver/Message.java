package guest.driver;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.nio.ByteBuffer;

import bus.linux.Linux;

/**
 * A vhost-user message: 12 bytes {u32 request, u32 flags, u32 size}, then size bytes. The protocol's byte order is the
 * host's, and every host that vport runs on is little-endian.
 *
 * @param request as in {@link Request}, or any other number in a test
 * @param flags version in bits 0-1, {@link #REPLY}, {@link #NEED_REPLY}
 * @param descriptors the receiver's to close
 */
public record Message(int request, int flags, byte[] payload, int... descriptors) {
	public static final int HEADER_SIZE = 12;
	public static final int VERSION = 1;
	public static final int REPLY = 4;
	public static final int NEED_REPLY = 8;
	/** More than any message of the protocol has (GET_SHMEM_CONFIG, 2056). */
	static final int MAX_PAYLOAD = 4096;

	static final byte[] EMPTY = {};

	static Message of(Request request, byte[] payload, int... descriptors) {
		return new Message(request.id(), VERSION, payload, descriptors);
	}

	/** Header and payload as they travel. */
	byte[] encode() {
		return ByteBuffer.allocate(HEADER_SIZE + payload.length).order(LITTLE_ENDIAN).putInt(request).putInt(flags)
				.putInt(payload.length).put(payload).array();
	}

	/** The payload as one number of 8 bytes. */
	public long u64() {
		if (payload.length != Long.BYTES)
			throw new IllegalStateException(this + " where 8 bytes of payload were wanted");
		return fields().getLong();
	}

	/** The payload, for reading numbers from it. */
	public ByteBuffer fields() {
		return ByteBuffer.wrap(payload).order(LITTLE_ENDIAN);
	}

	void closeDescriptors() {
		for (int descriptor : descriptors)
			Linux.close(descriptor);
	}

	static byte[] u64(long value) {
		return ByteBuffer.allocate(Long.BYTES).order(LITTLE_ENDIAN).putLong(value).array();
	}

	static byte[] u32s(int... values) {
		var buffer = ByteBuffer.allocate(Integer.BYTES * values.length).order(LITTLE_ENDIAN);
		for (int value : values)
			buffer.putInt(value);
		return buffer.array();
	}

	static byte[] u64s(long... values) {
		var buffer = ByteBuffer.allocate(Long.BYTES * values.length).order(LITTLE_ENDIAN);
		for (long value : values)
			buffer.putLong(value);
		return buffer.array();
	}

	@Override
	public String toString() {
		return "%s flags=0x%x size=%d descriptors=%d".formatted(Request.name(request), flags, payload.length,
				descriptors.length);
	}
}
