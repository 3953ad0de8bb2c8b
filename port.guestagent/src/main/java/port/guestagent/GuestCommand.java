package port.guestagent;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * A program to run in the guest.
 *
 * @param words the program's path, looked for in the agent's {@code PATH} if it has no slash, and its arguments; there
 *        is
 *        no shell in between
 * @param environment {@code NAME=value} each; if it is empty, the agent's own
 * @param input what the program reads from its standard input, at most {@link #MAX_INPUT} bytes
 * @param limit how long it may run: it is killed then
 * @param way how its output comes
 */
public record GuestCommand(List<String> words, List<String> environment, ByteBuffer input, Duration limit, Way way) {

	/** The longest input, in bytes: it goes to the agent as one piece. Longer ones go into a file first. */
	public static final int MAX_INPUT = 4 << 20;
	/** How long a program may run if nothing is said. */
	public static final Duration LIMIT = Duration.ofMinutes(10);

	/** How the output of a program comes to the host. */
	public enum Way {
		/** {@link #FILES} if the guest has {@code /bin/sh} and the agent reads files, else {@link #REPLY}. */
		AUTO,
		/**
		 * Through two files in the guest's {@code /tmp}, which are read while the program runs. They have no name any
		 * more soon after it has begun, and no room when it has ended. Any length that the guest's disk has room for.
		 */
		FILES,
		/**
		 * In the agent's reply, when the program has ended. The agent keeps 16 MiB of each stream and drops the rest:
		 * {@link GuestExit#truncated} tells. A program whose start had no answer in time cannot be found, nor killed.
		 */
		REPLY
	}

	public GuestCommand {
		words = List.copyOf(words);
		environment = List.copyOf(environment);
		input = input.asReadOnlyBuffer();
		Objects.requireNonNull(way, "way");
		if (words.isEmpty() || words.getFirst().isEmpty())
			throw new IllegalArgumentException("words=" + words + "; allowed: the program, and its arguments");
		if (input.remaining() > MAX_INPUT)
			throw new IllegalArgumentException("input=" + input.remaining() + " bytes; allowed: at most " + MAX_INPUT);
		if (limit.isNegative() || limit.isZero())
			throw new IllegalArgumentException("limit=" + limit + "; allowed: more than nothing");
	}

	/**
	 * A program with the agent's environment and no input.
	 *
	 * @param words the program and its arguments
	 */
	public static GuestCommand of(String... words) {
		return new GuestCommand(List.of(words), List.of(), ByteBuffer.allocate(0), LIMIT, Way.AUTO);
	}

	/**
	 * The same, allowed to run so long.
	 *
	 * @param longest more than nothing
	 */
	public GuestCommand limit(Duration longest) {
		return new GuestCommand(words, environment, input, longest, way);
	}

	/**
	 * The same, with something to read.
	 *
	 * @param bytes at most {@link #MAX_INPUT}, from position to limit; not to be changed any more
	 */
	public GuestCommand input(ByteBuffer bytes) {
		return new GuestCommand(words, environment, bytes, limit, way);
	}

	/**
	 * The same, with its output on this way.
	 *
	 * @param output which
	 */
	public GuestCommand way(Way output) {
		return new GuestCommand(words, environment, input, limit, output);
	}
}
