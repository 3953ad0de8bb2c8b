package port.guestagent.shell;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;

import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Process;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import bus.api.Spelling;
import bus.shell.command.Arguments;
import bus.shell.command.CommandException;
import port.guestagent.AgentException;
import port.guestagent.GuestCommand;
import port.guestagent.GuestExit;
import port.guestagent.shell.Agents.Agent;

/**
 * {@code agent:exec}. It reads its options itself: Gogo would take them from among the words of the guest's command,
 * too.
 */
@Component(service = ExecCommand.class, property = { "osgi.command.scope=agent", "osgi.command.function=exec" })
public final class ExecCommand {
	static final List<String> OPTIONS = List.of("--status", "--limit");

	private static final String USAGE = "agent:exec [--status] [--limit SECONDS] BUS|LABEL [--] PROGRAM [ARGUMENT...]";
	private static final int LONGEST = 7 * 24 * 60 * 60;
	private static final int INPUT = 0;

	private final Agents agents;

	@Activate
	public ExecCommand(@Reference Agents agents) {
		this.agents = agents;
	}

	/** What was typed. */
	private record Call(boolean status, Duration limit, String agent, List<String> words) {

		static Call of(Deque<String> words) {
			boolean status = false;
			var limit = GuestCommand.LIMIT;
			while (words.peek() instanceof String option && option.startsWith("-")) {
				words.remove();
				switch (option) {
					case "--status" -> status = true;
					case "--limit" -> limit = Duration
							.ofSeconds(Arguments.number(option, words.isEmpty() ? "" : words.remove(), 1, LONGEST));
					default -> throw new CommandException("unknown option " + option + Spelling.hint(option, OPTIONS)
							+ " options: " + String.join(", ", OPTIONS));
				}
			}
			var agent = words.poll();
			if ("--".equals(words.peek()))
				words.remove();
			if (agent == null || words.isEmpty())
				throw new CommandException("too few words; usage: " + USAGE);
			return new Call(status, limit, agent, List.copyOf(words));
		}
	}

	@Descriptor("""
			runs a program in the guest, and ends as it ended; what is piped in, it reads
			   agent:exec vm1 -- uname -a
			   agent:exec --limit 5 vm1 -- sh -c 'df -k | grep /srv'
			   agent:exec vm1 -- cat /etc/fstab > fstab
			   if { (agent:exec --status vm1 -- test -e /x) equals 0 } { echo yes }
			   --status answers the exit code; without it, one that is not 0 fails
			   --limit is how many seconds it may take; 600 without it""")
	public Object exec(@Descriptor("[--status] [--limit SECONDS] BUS|LABEL [--] PROGRAM [ARGUMENT...]") String... words)
			throws IOException {
		// a bare null is Gogo's null
		var call = Call.of(new ArrayDeque<>(Stream.of(words).map(String::valueOf).toList()));
		var agent = agents.find(call.agent());
		var exit = run(agent, GuestCommand.of(call.words().toArray(String[]::new)).limit(call.limit()));
		if (call.status())
			return exit.code();
		if (exit.code() != 0)
			throw new CommandException(agent.label() + ": " + call.words().getFirst() + (exit.signal() == 0
					? " ended with exit code " + exit.code()
					: " was ended by signal " + exit.signal()), exit.code());
		return null;
	}

	private static GuestExit run(Agent agent, GuestCommand command) throws IOException {
		var process = Process.Utils.current();
		try {
			var whole = process == null || process.isTty(INPUT) ? command : command.input(piped(process.in()));
			var exit = agent.service().exec(whole, System.out, System.err);
			if (exit.truncated())
				System.err.println(agent.label() + ": what the program wrote is not complete: the agent keeps only so much");
			return exit;
		} catch (AgentException e) {
			throw new CommandException(agent.label() + ": " + e.getMessage());
		} finally {
			Stream.of(System.out, System.err).forEach(PrintStream::flush);
		}
	}

	private static ByteBuffer piped(InputStream input) throws IOException {
		var bytes = input.readNBytes(GuestCommand.MAX_INPUT + 1);
		if (bytes.length > GuestCommand.MAX_INPUT)
			throw new CommandException("more than " + GuestCommand.MAX_INPUT
					+ " bytes are piped in; agent:put takes files of any length");
		return ByteBuffer.wrap(bytes);
	}
}
