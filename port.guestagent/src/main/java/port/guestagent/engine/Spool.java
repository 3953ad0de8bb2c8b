package port.guestagent.engine;

import java.io.IOException;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.util.HexFormat;

import port.guestagent.AgentErrorException;
import port.guestagent.AgentException;
import port.guestagent.GuestCommand;
import tools.jackson.databind.node.ObjectNode;

/**
 * Two files in the guest that a program's output goes through, because an agent hands output over only when the
 * program has ended, and only 16 MiB of it. They lose their names as soon as the agent has them open: the guest takes
 * them away when program and agent have let go, whatever becomes of us. A pipe would do without a disk, but an agent
 * that opens one hangs until somebody writes.
 */
final class Spool {
	/** {@code mkdir} fails where the name is taken: nobody in the guest can have prepared the folder. */
	private static final String RUN = "mkdir -m 700 \"$0\" && exec \"$@\" >\"$0/out\" 2>\"$0/err\"";
	private static final String REMOVE = "rm -rf \"$0\"";
	/**
	 * Only a process that still writes into the folder's files is the one that was started. Without a number, because the
	 * agent's answer with it did not come, it is looked for.
	 */
	private static final String KILL = "for fd in /proc/${1:-[0-9]*}/fd/[12]; do case \"$(readlink \"$fd\")\" in"
			+ " \"$0\"/*) p=${fd#/proc/}; kill -9 \"${p%%/*}\";; esac; done; rm -rf \"$0\"";
	private static final int NAME = 16;
	private static final SecureRandom RANDOM = new SecureRandom();

	/** One of the files, and how much of it has been passed on. */
	static final class Stream {
		private final GuestFile file;
		private long copied;

		private Stream(GuestFile file) {
			this.file = file;
		}

		/** Passes on a piece; answers its length, 0 at the end of what has been written by now. */
		int copy(OutputStream target) throws IOException {
			var piece = file.read();
			if (piece.length > 0) {
				target.write(piece);
				target.flush();
			}
			copied += piece.length;
			return piece.length;
		}

		long copied() {
			return copied;
		}
	}

	private final Calls calls;
	private final String folder;
	private Stream output;
	private Stream errors;
	/** The process that removes the names, or 0. */
	private long remover;

	Spool(Calls calls) {
		this.calls = calls;
		var name = new byte[NAME];
		RANDOM.nextBytes(name);
		folder = "/tmp/vport-" + HexFormat.of().formatHex(name);
	}

	String folder() {
		return folder;
	}

	Stream output() {
		return output;
	}

	Stream errors() {
		return errors;
	}

	/** What the agent is to execute; the program takes the shell's place, so that its exit is the shell's. */
	ObjectNode request(GuestCommand command) {
		var arguments = shell(RUN, folder);
		command.words().forEach(arguments.withArray("arg")::add);
		return GuestProgram.surroundings(command, arguments);
	}

	private static ObjectNode shell(String script, String folder) {
		var arguments = Json.object().put("path", "/bin/sh");
		arguments.withArray("arg").add("-c").add(script).add(folder);
		return arguments;
	}

	/** Opens the files, if the program has come so far. */
	boolean open() throws AgentException {
		try {
			if (output == null)
				output = new Stream(GuestFile.open(calls, folder + "/out", "rb"));
			if (errors == null)
				errors = new Stream(GuestFile.open(calls, folder + "/err", "rb"));
		} catch (AgentErrorException e) {
			return false; // not there yet
		}
		remover = calls.call("guest-exec", shell(REMOVE, folder)).path("pid").asLong(0);
		return true;
	}

	/** Whether the names are gone. An agent remembers each process until it has said how it ended. */
	boolean removed() throws AgentException {
		return calls.call("guest-exec-status", Json.object().put("pid", remover)).path("exited").asBoolean(false);
	}

	/**
	 * Lets go of everything, without waiting for the agent: what it cannot hear now it hears when it answers again.
	 *
	 * @param pid the program if it is to be killed, or 0
	 */
	void leave(long pid) {
		if (pid != 0) {
			var arguments = shell(KILL, folder);
			arguments.withArray("arg").add(Long.toString(pid));
			errand("guest-exec", arguments, true);
		} else if (remover == 0) {
			errand("guest-exec", shell(REMOVE, folder), true);
		}
		close(output);
		close(errors);
	}

	private void close(Stream stream) {
		if (stream != null)
			stream.file.leave();
	}

	/** Kills a program of which nobody knows whether it was started; there are no files that are open. */
	void abandon() {
		errand("guest-exec", shell(KILL, folder), true);
	}

	/** Kills a program that has not ended by its number alone: its parent, the agent, has not let go of the number. */
	static void kill(Calls calls, long pid) {
		var arguments = Json.object().put("path", "/bin/kill");
		arguments.withArray("arg").add("-9").add(Long.toString(pid));
		calls.engine().errand("guest-exec", arguments, false);
	}

	private void errand(String command, ObjectNode arguments, boolean lasting) {
		calls.engine().errand(command, arguments, lasting);
	}
}
