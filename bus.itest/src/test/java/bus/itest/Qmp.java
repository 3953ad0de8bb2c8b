package bus.itest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;

/** The control socket of QEMU: so much of QMP as the tests speak. */
final class Qmp implements AutoCloseable {
	private final SocketChannel channel;
	private final BufferedReader lines;
	private final Queue<String> events = new ArrayDeque<>();

	Qmp(SocketChannel channel) throws IOException {
		this.channel = channel;
		this.lines = new BufferedReader(Channels.newReader(channel, UTF_8));
		line(); // its greeting
		execute("qmp_capabilities");
	}

	void execute(String command) throws IOException {
		execute(command, "");
	}

	/**
	 * Waits until it is done.
	 *
	 * @param arguments members of a JSON object
	 */
	void execute(String command, String arguments) throws IOException {
		var request = "{\"execute\": \"%s\", \"arguments\": {%s}}\n".formatted(command, arguments);
		channel.write(UTF_8.encode(request));
		String line;
		while (!(line = line()).startsWith("{\"return\"")) {
			if (line.startsWith("{\"error\""))
				throw new AssertionError(request + line);
			events.add(line);
		}
	}

	/** Asks QEMU to end; whoever asks looks at the process. */
	void quit() throws IOException {
		channel.write(UTF_8.encode("{\"execute\": \"quit\"}\n"));
	}

	/** Waits for an event that no call of this method has answered yet. */
	void awaitEvent(String name, String detail) throws IOException {
		String line;
		do
			line = events.isEmpty() ? line() : events.remove();
		while (!line.contains("\"event\": \"" + name + "\"") || !line.contains(detail));
	}

	private String line() throws IOException {
		var line = lines.readLine();
		if (line == null)
			throw new AssertionError("QEMU has gone");
		return line;
	}

	@Override
	public void close() throws IOException {
		channel.close();
	}
}
