package port.guestagent.engine;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;

import port.guestagent.AgentErrorException;
import port.guestagent.AgentException;
import port.guestagent.AgentInterruptedException;
import port.guestagent.AgentLostException;
import port.guestagent.AgentTimeoutException;
import port.guestagent.GuestCommand;
import port.guestagent.GuestCommand.Way;
import port.guestagent.GuestExit;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A program that runs in the guest, and the thread that waits for it. */
final class GuestProgram {
	/** Twice a second at least one looks after it; a short one is not kept waiting. */
	private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
	private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);
	/** A program that writes less than this while it is looked after is looked after less often. */
	private static final int ENOUGH = 32 << 10;
	private static final int LOOKS = 10;
	private static final int SIGNAL_EXIT = 128;
	private static final String SHELL = "/bin/sh";

	private final Calls calls;
	private final GuestCommand command;
	private final long giveUp;
	private Duration pause = FIRST_PAUSE;
	private long pid;
	/** The agent's last word on it. */
	private JsonNode state = Json.object();

	private GuestProgram(Calls calls, GuestCommand command) {
		this.calls = calls;
		this.command = command;
		giveUp = System.nanoTime() + Engine.nanos(command.limit());
	}

	static GuestExit run(Calls calls, GuestCommand command, OutputStream output, OutputStream errors)
			throws IOException {
		var program = new GuestProgram(calls, command);
		return switch (command.way()) {
			case REPLY -> program.reply(output, errors);
			case FILES -> program.files(output, errors);
			case AUTO -> {
				try {
					yield program.files(output, errors);
				} catch (NoShellException e) {
					yield program.reply(output, errors);
				}
			}
		};
	}

	// ---- by files

	private GuestExit files(OutputStream output, OutputStream errors) throws IOException {
		requireFiles();
		var spool = new Spool(calls);
		start(spool);
		boolean done = false;
		try {
			awaitFiles(spool);
			var exit = copy(spool, output, errors);
			done = true;
			awaitRemoved(spool);
			return exit;
		} finally {
			spool.leave(done ? 0 : pid);
		}
	}

	/** A program that has ended has its files, unless they could not be made. */
	private void awaitFiles(Spool spool) throws AgentException {
		boolean ended = false;
		while (!spool.open()) {
			if (ended)
				throw new AgentErrorException("guest-exec", "GenericError",
						spool.folder() + " could not be made in the guest; is its disk full?");
			ended = exited();
			checkTime();
			rest();
		}
	}

	/** That is a matter of milliseconds, and not worth more than some seconds. */
	private void awaitRemoved(Spool spool) throws AgentException {
		pause = FIRST_PAUSE;
		for (int i = 0; i < LOOKS && !spool.removed(); i++)
			rest();
	}

	/** Reads both in turn while the program runs, and to the end when it has ended. */
	private GuestExit copy(Spool spool, OutputStream output, OutputStream errors) throws IOException {
		while (true) {
			boolean ended = exited();
			int came = spool.output().copy(output) + spool.errors().copy(errors);
			if (ended && came == 0)
				return exit(spool.output().copied(), spool.errors().copied(), false);
			if (came > 0)
				pause = FIRST_PAUSE;
			if (!ended) {
				checkTime();
				if (came < ENOUGH)
					rest();
			}
		}
	}

	/** A guest without a shell, Windows for instance, refuses with an error of the agent's. */
	private void requireFiles() throws AgentException {
		var agent = calls.engine().status().agent();
		if (command.way() == Way.AUTO && agent.isPresent() && !agent.get().commands().contains("guest-file-read"))
			throw new NoShellException();
	}

	// ---- in the reply

	private GuestExit reply(OutputStream output, OutputStream errors) throws IOException {
		var arguments = Json.object().put("path", command.words().getFirst()).put("capture-output", true);
		command.words().stream().skip(1).forEach(arguments.withArray("arg")::add);
		var request = surroundings(command, arguments);
		pid = calls.call("guest-exec", request).path("pid").asLong(0);
		boolean done = false;
		try {
			while (!exited()) {
				checkTime();
				rest();
			}
			done = true;
		} finally {
			if (!done)
				Spool.kill(calls, pid);
		}
		long out = pass("out-data", output);
		long err = pass("err-data", errors);
		boolean truncated = state.path("out-truncated").asBoolean(false)
				|| state.path("err-truncated").asBoolean(false);
		return exit(out, err, truncated);
	}

	private long pass(String name, OutputStream target) throws IOException {
		if (!state.has(name))
			return 0;
		try {
			var bytes = state.get(name).binaryValue();
			target.write(bytes);
			return bytes.length;
		} catch (JacksonException e) {
			throw new AgentException(name + " of the agent's answer is not base64");
		}
	}

	// ---- both

	static ObjectNode surroundings(GuestCommand command, ObjectNode arguments) {
		command.environment().forEach(arguments.withArray("env")::add);
		if (arguments.path("env").isEmpty())
			arguments.remove("env");
		var input = command.input().duplicate();
		if (input.hasRemaining())
			arguments.put("input-data", bytes(input));
		return arguments;
	}

	private static byte[] bytes(ByteBuffer buffer) {
		var bytes = new byte[buffer.remaining()];
		buffer.get(bytes);
		return bytes;
	}

	private void start(Spool spool) throws AgentException {
		try {
			pid = calls.call("guest-exec", spool.request(command)).path("pid").asLong(0);
		} catch (AgentErrorException e) {
			if (command.way() == Way.AUTO)
				throw new NoShellException();
			throw e;
		} catch (AgentTimeoutException | AgentLostException | AgentInterruptedException e) {
			spool.abandon(); // the agent may have done it, or may do it later
			throw e;
		}
	}

	/** The agent forgets the program with the answer that says so. */
	private boolean exited() throws AgentException {
		if (!state.path("exited").asBoolean(false))
			state = calls.call("guest-exec-status", Json.object().put("pid", pid));
		return state.path("exited").asBoolean(false);
	}

	private GuestExit exit(long out, long err, boolean truncated) {
		int signal = state.path("signal").asInt(0);
		int code = state.path("exitcode").asInt(SIGNAL_EXIT + signal);
		return new GuestExit(code, signal, out, err, truncated);
	}

	private void checkTime() throws AgentException {
		if (System.nanoTime() - giveUp >= 0)
			throw new AgentTimeoutException(command.words().getFirst() + ": still running after "
					+ command.limit().toMillis() + " ms; killed; allow it more: GuestCommand.limit, --limit in the shell", true, false);
	}

	private void rest() throws AgentException {
		try {
			Thread.sleep(pause);
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
			throw new AgentInterruptedException(command.words().getFirst() + ": interrupted");
		}
		var doubled = pause.multipliedBy(2);
		pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
	}

	/** {@link Way#AUTO} tries the other way. */
	private static final class NoShellException extends AgentException {
		private static final long serialVersionUID = 1;

		NoShellException() {
			super("path=" + SHELL + " is not in the guest, or its agent does not read files");
		}
	}
}
