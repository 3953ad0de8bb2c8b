package port.guestagent.engine;

import java.nio.ByteBuffer;

import port.guestagent.AgentErrorException;
import port.guestagent.AgentException;
import port.guestagent.AgentLostException;
import tools.jackson.core.JacksonException;

/** A file that the agent has open for us. One thread at a time. */
final class GuestFile {
	private final Calls calls;
	private final String path;
	private final long handle;
	private final Pace pace = new Pace();
	private boolean closed;

	private GuestFile(Calls calls, String path, long handle) {
		this.calls = calls;
		this.path = path;
		this.handle = handle;
	}

	/**
	 * @param mode as {@code fopen} has it
	 */
	static GuestFile open(Calls calls, String path, String mode) throws AgentException {
		var answer = calls.call("guest-file-open", Json.object().put("path", path).put("mode", mode));
		return new GuestFile(calls, path, answer.asLong(0));
	}

	/** Answers what comes next in the file, as much as the pace allows; nothing at its end. */
	byte[] read() throws AgentException {
		int asked = pace.size();
		long before = System.nanoTime();
		var answer = calls.call("guest-file-read", Json.object().put("handle", handle).put("count", asked));
		byte[] bytes;
		try {
			bytes = answer.path("buf-b64").binaryValue();
		} catch (JacksonException e) {
			throw new AgentLostException(path + ": the agent's answer is not base64");
		}
		if (bytes.length >= asked)
			pace.took(System.nanoTime() - before);
		return bytes;
	}

	/** Writes all of it. */
	void write(ByteBuffer bytes) throws AgentException {
		while (bytes.hasRemaining()) {
			int offered = Math.min(bytes.remaining(), pace.size());
			var piece = new byte[offered];
			bytes.get(bytes.position(), piece);
			long before = System.nanoTime();
			var answer = calls.call("guest-file-write", Json.object().put("handle", handle).put("buf-b64", piece));
			int written = Math.clamp(answer.path("count").asLong(0), 0, offered);
			if (written == 0)
				throw new AgentErrorException("guest-file-write", "GenericError", path + ": nothing was written");
			bytes.position(bytes.position() + written);
			if (offered == pace.size())
				pace.took(System.nanoTime() - before);
		}
	}

	int pace() {
		return pace.size();
	}

	void flush() throws AgentException {
		calls.call("guest-file-flush", Json.object().put("handle", handle));
	}

	/** Again has no effect. If the agent cannot hear it now, it is told later. */
	void close() throws AgentException {
		if (closed)
			return;
		closed = true;
		var arguments = Json.object().put("handle", handle);
		try {
			calls.call("guest-file-close", arguments);
		} catch (AgentErrorException e) {
			throw e;
		} catch (AgentException e) {
			calls.engine().errand("guest-file-close", arguments, false);
			throw e;
		}
	}

	/** Closes it some time. */
	void leave() {
		if (!closed)
			calls.engine().errand("guest-file-close", Json.object().put("handle", handle), false);
		closed = true;
	}
}
