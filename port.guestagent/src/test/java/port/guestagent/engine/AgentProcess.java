package port.guestagent.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import guest.driver.GuestSidePort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A {@link ScriptedAgent} on a port of a guest, with a thread, which executes programs and opens files of this machine
 * as qemu-ga does those of its guest.
 */
final class AgentProcess implements AutoCloseable {
	private static final Duration STEP = Duration.ofMillis(5);
	private static final Duration PATIENCE = Duration.ofSeconds(20);
	private static final int PIECE = 32 << 10;

	/** A program, and what it writes if the agent is to keep that. */
	private record Program(Process process, ByteArrayOutputStream output, ByteArrayOutputStream errors,
			List<Thread> readers) {
	}

	final ScriptedAgent agent = new ScriptedAgent();
	private final GuestSidePort port;
	private final Map<Long, Program> programs = new HashMap<>();
	private final Map<Long, RandomAccessFile> files = new HashMap<>();
	private final Thread thread;
	private long handles = 1000;
	/** No program is found; as in a guest that is no UNIX. */
	volatile boolean withoutShell;
	/** The next program is started and nobody told. */
	volatile boolean secretive;
	private volatile boolean ended;

	AgentProcess(GuestSidePort port) throws IOException {
		this.port = port;
		agent.on("guest-exec", this::exec).on("guest-exec-status", this::status).on("guest-file-open", this::open)
				.on("guest-file-read", this::read).on("guest-file-write", this::write)
				.on("guest-file-flush", request -> returned(Json.object())).on("guest-file-close", this::close);
		port.open();
		thread = Thread.ofPlatform().daemon().name("agent").start(this::run);
	}

	private void run() {
		var piece = new byte[PIECE];
		try {
			while (!ended) {
				int read = port.read(piece, 0, piece.length, STEP);
				if (read > 0)
					agent.hear(ByteBuffer.wrap(piece, 0, read));
				var said = agent.said();
				if (said.length > 0)
					port.writeFully(said, PATIENCE);
			}
		} catch (IOException e) {
			if (!ended && !port.isRemoved()) // an unplugged port is the end of an agent, too
				throw new IllegalStateException(e);
		}
	}

	/** How many programs it remembers, and how many files it has open. */
	int remembers() {
		return programs.size() + files.size();
	}

	private byte[] exec(ObjectNode request) {
		var arguments = request.path("arguments");
		var words = new ArrayList<String>();
		words.add(arguments.path("path").asString());
		arguments.path("arg").forEach(word -> words.add(word.asString()));
		try {
			if (withoutShell && words.getFirst().equals("/bin/sh"))
				throw new IOException("No such file or directory");
			boolean capture = arguments.path("capture-output").asBoolean(false);
			var builder = new ProcessBuilder(words);
			if (!capture)
				builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD);
			if (arguments.has("env"))
				builder.environment().clear();
			arguments.path("env").forEach(pair -> builder.environment().put(pair.asString().split("=", 2)[0],
					pair.asString().split("=", 2)[1]));
			var process = builder.start();
			var program = new Program(process, new ByteArrayOutputStream(), new ByteArrayOutputStream(),
					new ArrayList<>());
			if (capture) {
				program.readers.add(Thread.startVirtualThread(() -> copy(process.getInputStream(), program.output)));
				program.readers.add(Thread.startVirtualThread(() -> copy(process.getErrorStream(), program.errors)));
			}
			try (var input = process.getOutputStream()) {
				if (arguments.has("input-data"))
					input.write(Base64.getDecoder().decode(arguments.path("input-data").asString()));
			}
			programs.put(process.pid(), program);
			if (secretive) {
				secretive = false;
				return null;
			}
			return returned(Json.object().put("pid", process.pid()));
		} catch (IOException e) {
			return error("Failed to execute child process \"" + words.getFirst() + "\" (" + e.getMessage() + ")");
		}
	}

	private static void copy(InputStream from, ByteArrayOutputStream to) {
		try {
			from.transferTo(to);
		} catch (IOException e) {
			throw new IllegalStateException(e);
		}
	}

	private byte[] status(ObjectNode request) {
		long pid = request.at("/arguments/pid").asLong();
		var program = programs.get(pid);
		if (program == null)
			return error("PID " + pid + " does not exist");
		try {
			if (!program.process.waitFor(0, TimeUnit.SECONDS) || program.readers.stream().anyMatch(Thread::isAlive))
				return returned(Json.object().put("exited", false));
		} catch (InterruptedException e) {
			throw new IllegalStateException(e);
		}
		programs.remove(pid);
		var answer = Json.object().put("exited", true);
		int code = program.process.exitValue(); // the JVM's for a signal is a shell's
		answer.put(code > 128 ? "signal" : "exitcode", code > 128 ? code - 128 : code);
		if (program.output.size() > 0)
			answer.put("out-data", program.output.toByteArray());
		if (program.errors.size() > 0)
			answer.put("err-data", program.errors.toByteArray());
		return returned(answer);
	}

	private byte[] open(ObjectNode request) {
		var path = Path.of(request.at("/arguments/path").asString());
		var mode = request.at("/arguments/mode").asString("r");
		try {
			var file = new RandomAccessFile(path.toFile(), mode.startsWith("r") ? "r" : "rw");
			if (mode.startsWith("w"))
				file.setLength(0);
			if (mode.startsWith("a"))
				file.seek(file.length());
			files.put(++handles, file);
			return returned(Json.object().numberNode(handles));
		} catch (IOException e) {
			return error("failed to open file '" + path + "' (mode: '" + mode + "'): No such file or directory");
		}
	}

	private byte[] read(ObjectNode request) {
		try {
			var file = files.get(request.at("/arguments/handle").asLong());
			if (file == null)
				return error("handle not found");
			var bytes = new byte[request.at("/arguments/count").asInt(4096)];
			int count = 0;
			for (int more = 0; more >= 0 && count < bytes.length; count += Math.max(0, more))
				more = file.read(bytes, count, bytes.length - count);
			return returned(Json.object().put("count", count).put("buf-b64", Arrays.copyOf(bytes, count))
					.put("eof", count < bytes.length));
		} catch (IOException e) {
			return error(e.getMessage());
		}
	}

	private byte[] write(ObjectNode request) {
		try {
			var bytes = Base64.getDecoder().decode(request.at("/arguments/buf-b64").asString());
			int count = Math.max(1, bytes.length - 1); // in parts, as it may
			files.get(request.at("/arguments/handle").asLong()).write(bytes, 0, Math.min(count, bytes.length));
			return returned(Json.object().put("count", Math.min(count, bytes.length)).put("eof", false));
		} catch (IOException e) {
			return error(e.getMessage());
		}
	}

	private byte[] close(ObjectNode request) {
		try (var file = files.remove(request.at("/arguments/handle").asLong())) {
			return file == null ? error("handle not found") : returned(Json.object());
		} catch (IOException e) {
			return error(e.getMessage());
		}
	}

	private static byte[] returned(JsonNode value) {
		var answer = Json.object();
		answer.set("return", value);
		return Json.text(answer).getBytes();
	}

	private static byte[] error(String description) {
		return Json.text(Json.error(description)).getBytes();
	}

	/** The agent dies with its programs. */
	@Override
	public void close() throws IOException {
		ended = true;
		try {
			thread.join();
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		}
		programs.values().forEach(program -> program.process.destroyForcibly());
		for (var file : files.values())
			file.close();
		if (!port.isRemoved())
			port.close();
	}
}
