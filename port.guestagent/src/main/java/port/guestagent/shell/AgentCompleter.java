package port.guestagent.shell;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import bus.shell.command.CommandException;
import bus.shell.command.Completer;
import port.guestagent.AgentException;
import port.guestagent.AgentState;
import port.guestagent.GuestAgent;

/** What TAB offers for the agent commands: agents, and what their guests say when they are asked. */
@Component(service = Completer.class, property = "osgi.command.scope=agent")
public final class AgentCompleter implements Completer {
	/** Nobody who pressed a key waits longer for a list. */
	private static final Duration PATIENCE = Duration.ofSeconds(1);

	private final Agents agents;

	@Activate
	public AgentCompleter(@Reference Agents agents) {
		this.agents = agents;
	}

	@Override
	public List<Class<?>> commands() {
		return List.of(LookCommands.class, ControlCommands.class, ExecCommand.class, FileCommands.class,
				SshKeysCommand.class);
	}

	@Override
	public List<Word> at(List<String> words, int place) {
		String command = words.getFirst().substring(words.getFirst().indexOf(':') + 1);
		if (place == 1 || command.equals("list"))
			return Stream.concat(agents(), command.equals("exec") ? words(ExecCommand.OPTIONS, "option") : Stream.of())
					.toList();
		return switch (command) {
			case "freeze" -> words(asked(words.get(1), agent -> agent.fileSystems().stream()
					.map(system -> system.mountPoint()).toList()), "file system").toList();
			case "ssh-keys" -> place > 2 ? List.of()
					: words(asked(words.get(1), agent -> agent.users().stream().map(user -> user.name()).toList()),
							"is logged in").toList();
			case "raw" -> place > 2 ? List.of()
					: words(asked(words.get(1), agent -> agent.status().agent().stream()
							.flatMap(info -> info.commands().stream()).toList()), "command").toList();
			default -> List.of();
		};
	}

	private Stream<Word> agents() {
		return words(agents.names(), "agent");
	}

	private static Stream<Word> words(List<String> words, String about) {
		return words.stream().distinct().map(word -> new Word(word, about, true));
	}

	private List<String> asked(String name, Agents.Question<List<String>> question) {
		try {
			GuestAgent agent = agents.find(name).service();
			return agent.status().state() == AgentState.READY ? question.ask(agent.within(PATIENCE)) : List.of();
		} catch (AgentException | CommandException e) {
			return List.of(); // nothing to offer; the command itself will say why
		}
	}
}
