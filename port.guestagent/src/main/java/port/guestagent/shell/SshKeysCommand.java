package port.guestagent.shell;

import java.util.List;
import java.util.stream.Stream;

import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;

import bus.shell.command.Arguments;
import bus.shell.command.CommandException;
import bus.shell.command.Line;
import bus.shell.command.Listing;
import bus.shell.command.MethodNames;

/** The command {@code ssh-keys}. Gogo sees a copy of this class, see {@link MethodNames}. */
public final class SshKeysCommand {
	private static final String USAGE = "agent:ssh-keys [--add|--replace|--remove] BUS|LABEL USER [KEY...]";

	private final Agents agents;

	SshKeysCommand(Agents agents) {
		this.agents = agents;
	}

	@Descriptor("""
			lists the SSH keys that let people in as a user of the guest, or changes them
			   agent:ssh-keys vm1 root
			   agent:ssh-keys --add vm1 root 'ssh-ed25519 AAAA... me@here'""")
	public Object sshKeys(
			@Descriptor("lets in who has these keys") @Parameter(names = "--add", presentValue = "true",
					absentValue = "false") boolean add,
			@Descriptor("lets in them, and nobody else") @Parameter(names = "--replace", presentValue = "true",
					absentValue = "false") boolean replace,
			@Descriptor("lets them in no more") @Parameter(names = "--remove", presentValue = "true",
					absentValue = "false") boolean remove,
			@Descriptor("the agent, the user, and lines of authorized_keys, each in quotes") String... names) {
		if (Stream.of(add, replace, remove).filter(chosen -> chosen).count() > 1)
			throw new CommandException("one change at a time; usage: " + USAGE);
		boolean change = add || replace || remove;
		var words = Arguments.of(USAGE, names).between(change ? 3 : 2, change ? Integer.MAX_VALUE : 2);
		var agent = agents.find(words.getFirst());
		String user = words.get(1);
		var keys = List.copyOf(words.subList(2, words.size()));
		if (remove)
			agent.tell(it -> it.removeAuthorizedKeys(user, keys));
		else if (change)
			agent.tell(it -> it.addAuthorizedKeys(user, keys, replace));
		return new Listing<>(agent.ask(it -> it.authorizedKeys(user)).stream().map(Line::new).toList(), Line::lines);
	}
}
