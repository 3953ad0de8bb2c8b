package guest.driver;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;

/** Requests and their answers, checked as strictly as QEMU and user-mode Linux together check them. */
final class Exchange {
	private static final int CONFIG_HEADER = 12;
	private static final int REPLY_FLAGS = Message.VERSION | Message.REPLY;

	private MessageChannel channel;
	private final Duration timeout;
	private boolean acknowledged;
	private long longestWait;
	/** Even what has an answer of its own asks for an acknowledgement, which is never given. */
	private boolean wantsAlways;

	Exchange(MessageChannel channel, Duration timeout) {
		this.channel = channel;
		this.timeout = timeout;
	}

	MessageChannel channel() {
		return channel;
	}

	/** Goes over to another connection. */
	void over(MessageChannel other) {
		channel = other;
		acknowledged = false;
		wantsAlways = false;
	}

	/** Whether REPLY_ACK is in force, so that {@link #order} waits for its acknowledgement. */
	boolean acknowledged() {
		return acknowledged;
	}

	void acknowledged(boolean inForce) {
		acknowledged = inForce;
	}

	void wantsAlways(boolean always) {
		wantsAlways = always;
	}

	/** Nanoseconds that one answer was waited for at most. */
	long longestWait() {
		return longestWait;
	}

	/** A request that has no answer. */
	void tell(Request request, byte[] payload, int... descriptors) throws IOException {
		channel.send(Message.of(request, payload, descriptors), timeout);
	}

	/** A request that is to be acknowledged if that was negotiated. */
	void order(Request request, byte[] payload, int... descriptors) throws IOException {
		if (!acknowledged) {
			tell(request, payload, descriptors);
			return;
		}
		channel.send(new Message(request.id(), Message.VERSION | Message.NEED_REPLY, payload, descriptors), timeout);
		long code = answer(request, Long.BYTES, 0).u64();
		if (code != 0)
			throw new BackEndException("the back-end refuses " + request + " (" + payload.length
					+ " bytes): acknowledged with " + code);
	}

	/** A request whose answer has {@code size} bytes. */
	Message ask(Request request, byte[] payload, int size, int... descriptors) throws IOException {
		channel.send(new Message(request.id(), Message.VERSION | (wantsAlways ? Message.NEED_REPLY : 0), payload,
				descriptors), timeout);
		return answer(request, size, 0);
	}

	/** A request whose answer brings a descriptor, which is the caller's. */
	Message askForDescriptor(Request request, byte[] payload) throws IOException {
		channel.send(Message.of(request, payload), timeout);
		return answer(request, payload.length, 1);
	}

	/** GET_VRING_BASE. */
	int askBase(int queue) throws IOException {
		var answer = ask(Request.GET_VRING_BASE, Message.u32s(queue, 0), 8).fields();
		if (answer.getInt() != queue)
			throw new BackEndException("GET_VRING_BASE of queue=" + queue + " answered for another queue");
		return answer.getInt();
	}

	/** GET_CONFIG. */
	byte[] askConfig(int offset, int size, int flags) throws IOException {
		var request = config(offset, flags, new byte[size]);
		var answer = ask(Request.GET_CONFIG, request, request.length).fields();
		if (answer.getInt() != offset || answer.getInt() != size)
			throw new BackEndException("GET_CONFIG of offset=" + offset + " size=" + size + " answered for another");
		var bytes = new byte[size];
		answer.position(CONFIG_HEADER).get(bytes);
		return bytes;
	}

	/** The payload of GET_CONFIG and SET_CONFIG: offset u32, size u32, flags u32, bytes. */
	static byte[] config(int offset, int flags, byte[] bytes) {
		var payload = Arrays.copyOf(Message.u32s(offset, bytes.length, flags), CONFIG_HEADER + bytes.length);
		System.arraycopy(bytes, 0, payload, CONFIG_HEADER, bytes.length);
		return payload;
	}

	long askU64(Request request) throws IOException {
		return ask(request, Message.EMPTY, Long.BYTES).u64();
	}

	private Message answer(Request request, int size, int descriptors) throws IOException {
		long began = System.nanoTime();
		var answer = channel.receive(timeout);
		longestWait = Math.max(longestWait, System.nanoTime() - began);
		if (answer == null)
			throw new BackEndException("no answer to " + request + " in " + timeout.toMillis() + " ms");
		if (answer.request() != request.id() || answer.flags() != REPLY_FLAGS || answer.payload().length != size
				|| answer.descriptors().length != descriptors) {
			answer.closeDescriptors();
			throw new BackEndException("wrong answer to " + request + ": " + answer
					+ ", wanted flags=0x5 size=" + size);
		}
		return answer;
	}
}
