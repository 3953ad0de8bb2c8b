package guest.driver;

import java.io.IOException;
import java.time.Duration;

/** Requests and their answers, checked as strictly as QEMU and user-mode Linux together check them. */
final class Exchange {
	private static final int REPLY_FLAGS = Message.VERSION | Message.REPLY;

	private final MessageChannel channel;
	private final Duration timeout;
	private boolean acknowledged;

	Exchange(MessageChannel channel, Duration timeout) {
		this.channel = channel;
		this.timeout = timeout;
	}

	/** Whether REPLY_ACK is in force, so that {@link #order} waits for its acknowledgement. */
	boolean acknowledged() {
		return acknowledged;
	}

	void acknowledged(boolean inForce) {
		acknowledged = inForce;
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
		long code = answer(request, Long.BYTES).u64();
		if (code != 0)
			throw new BackEndException("the back-end refuses " + request + " (" + payload.length
					+ " bytes): acknowledged with " + code);
	}

	/** A request whose answer has {@code size} bytes. */
	Message ask(Request request, byte[] payload, int size) throws IOException {
		tell(request, payload);
		return answer(request, size);
	}

	long askU64(Request request) throws IOException {
		return ask(request, Message.EMPTY, Long.BYTES).u64();
	}

	private Message answer(Request request, int size) throws IOException {
		var answer = channel.receive(timeout);
		if (answer == null)
			throw new BackEndException("no answer to " + request + " in " + timeout.toMillis() + " ms");
		if (answer.request() != request.id() || answer.flags() != REPLY_FLAGS || answer.payload().length != size
				|| answer.descriptors().length != 0) {
			answer.closeDescriptors();
			throw new BackEndException("wrong answer to " + request + ": " + answer
					+ ", wanted flags=0x5 size=" + size);
		}
		return answer;
	}
}
