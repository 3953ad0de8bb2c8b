package port.guestagent.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import tools.jackson.databind.node.ObjectNode;

/**
 * Plays qemu-ga: its parser, which a 0xFF resets with an error for an answer; its replies in order and without numbers;
 * its ways to be ill. Bytes in, bytes out, no thread and no time.
 */
final class ScriptedAgent {
	/** Answers a line without its end, or null: silence. */
	interface Script {
		byte[] answer(ObjectNode request);
	}

	static final Script MUTE = request -> null;
	private static final Script EMPTY = request -> text("{\"return\": {}}");

	/** Names of what it was asked, without syncs. */
	final List<String> heard = new ArrayList<>();
	final List<Long> syncs = new ArrayList<>();
	final Set<String> disabled = new TreeSet<>();
	private final Map<String, Script> scripts = new HashMap<>();
	private final RequestReader reader = new RequestReader(1 << 30);
	private final ByteArrayOutputStream said = new ByteArrayOutputStream();
	boolean mute;
	boolean frozen;

	ScriptedAgent() {
		for (var command : List.of("guest-ping", "guest-get-users", "guest-exec"))
			scripts.put(command, EMPTY);
		scripts.put("guest-shutdown", MUTE);
		scripts.put("guest-sync", request -> text("{\"return\": " + request.at("/arguments/id") + "}"));
		scripts.put("guest-sync-delimited",
				request -> text("\u00ff{\"return\": " + request.at("/arguments/id") + "}"));
		scripts.put("guest-info", request -> Json.text(info()).getBytes(UTF_8));
		scripts.put("guest-fsfreeze-status",
				request -> text("{\"return\": \"" + (frozen ? "frozen" : "thawed") + "\"}"));
		scripts.put("guest-fsfreeze-freeze", request -> freeze(true, 3));
		scripts.put("guest-fsfreeze-thaw", request -> freeze(false, frozen ? 3 : 0));
	}

	/** Each character a byte. */
	static byte[] text(String line) {
		return line.getBytes(ISO_8859_1);
	}

	ScriptedAgent on(String command, Script script) {
		scripts.put(command, script);
		return this;
	}

	ScriptedAgent on(String command, String answer) {
		return on(command, request -> text(answer));
	}

	void without(String command) {
		scripts.remove(command);
	}

	/** Says something that nobody has asked for. */
	void say(byte[] bytes) {
		said.writeBytes(bytes);
	}

	/** What a new process has: an empty parser, nothing to say. */
	void restart() {
		said.reset();
		reader.next(ByteBuffer.wrap(new byte[] { (byte) 0xFF }));
		heard.clear();
	}

	void hear(ByteBuffer bytes) {
		while (bytes.hasRemaining()) {
			if (bytes.get(bytes.position()) == (byte) 0xFF)
				line(text("{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error, stray '?'\"}}"));
			var request = reader.next(bytes);
			if (request != null)
				execute(Json.parse(request).orElseThrow(() -> new AssertionError(new String(request, UTF_8))));
		}
	}

	byte[] said() {
		var bytes = said.toByteArray();
		said.reset();
		return bytes;
	}

	private void execute(ObjectNode request) {
		var command = request.path("execute").asString("");
		if (command.startsWith("guest-sync"))
			syncs.add(request.at("/arguments/id").asLong());
		else
			heard.add(command);
		var script = scripts.get(command);
		if (script == null)
			line(text("{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"The command " + command
					+ " has not been found\"}}"));
		else if (!mute)
			line(script.answer(request));
	}

	private void line(byte[] line) {
		if (line == null || mute)
			return;
		said.writeBytes(line);
		said.write('\n');
	}

	private byte[] freeze(boolean freezes, int count) {
		frozen = freezes;
		return text("{\"return\": " + count + "}");
	}

	/** As the real one: while it is frozen it calls disabled what it would refuse. */
	private ObjectNode info() {
		var answer = Json.object();
		var commands = answer.putObject("return").put("version", "7.2.22").putArray("supported_commands");
		var allowed = Set.of("guest-ping", "guest-info", "guest-sync", "guest-sync-delimited", "guest-fsfreeze-status",
				"guest-fsfreeze-thaw");
		for (var command : new TreeSet<>(scripts.keySet()))
			commands.addObject().put("name", command)
					.put("enabled", frozen ? allowed.contains(command) : !disabled.contains(command))
					.put("success-response", scripts.get(command) != MUTE);
		return answer;
	}
}
