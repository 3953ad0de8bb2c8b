package port.console;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Finds commands among keys: a sequence of one or two keys, and a letter behind it. Typed twice, its first key is a key. */
final class Escape {
	/** For {@link #next}: the key was passed on, or waits. */
	static final int NONE = -1;

	private final byte[] sequence;
	private int matched;

	/**
	 * @param sequence empty for none
	 */
	Escape(byte[] sequence) {
		this.sequence = sequence;
	}

	/**
	 * Reads how a user writes it: {@code ^E} for control and a letter, anything else as it is.
	 *
	 * @param key of the configuration, for the message
	 */
	static byte[] parse(String key, String text) {
		var bytes = ByteBuffer.allocate(2);
		int at = 0;
		while (at < text.length() && bytes.hasRemaining()) {
			boolean control = text.charAt(at) == '^' && at + 1 < text.length();
			char letter = text.charAt(control ? at + 1 : at);
			bytes.put((byte) (control ? Character.toUpperCase(letter) ^ 0x40 : letter));
			at += control ? 2 : 1;
		}
		if (at < text.length() || at == 0 || bytes.get(0) < 0 || bytes.get(0) >= ' ')
			throw new IllegalArgumentException(key + "=" + text + "; allowed: off, or a control key such as ^],"
					+ " or one and another key such as ^Ec");
		return Arrays.copyOf(bytes.array(), bytes.position());
	}

	/** Of a visit that goes on, maybe with another sequence than it began with. */
	Escape matched(int count) {
		matched = count <= sequence.length ? count : 0;
		return this;
	}

	int matched() {
		return matched;
	}

	/**
	 * @param keys takes what is no command
	 * @return a command's letter, or {@link #NONE}
	 */
	int next(byte key, ByteBuffer keys) {
		if (sequence.length == 0) {
			keys.put(key);
			return NONE;
		}
		if (matched == sequence.length) {
			matched = 0;
			if (key != sequence[0])
				return key & 0xff;
			keys.put(sequence);
			return NONE;
		}
		if (key == sequence[matched]) {
			matched++;
			return NONE;
		}
		keys.put(sequence, 0, matched);
		matched = key == sequence[0] ? 1 : 0;
		if (matched == 0)
			keys.put(key);
		return NONE;
	}
}
