package port.guestagent.shell;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import bus.shell.command.Arguments;
import bus.shell.command.CommandException;
import port.guestagent.AgentException;
import port.guestagent.shell.Agents.Agent;

/** Files to the guest and from it. */
@Component(service = FileCommands.class, property = { "osgi.command.scope=agent", "osgi.command.function=get",
		"osgi.command.function=put" })
public final class FileCommands {
	private static final int PIECE = 256 << 10;

	private final Agents agents;

	@Activate
	public FileCommands(@Reference Agents agents) {
		this.agents = agents;
	}

	@Descriptor("""
			copies a file of the guest to the host
			   agent:get vm1 /var/log/syslog
			   agent:get vm1 /var/log/syslog /tmp/vm1-syslog
			   (agent:get vm1 /etc/fstab) sha256""")
	public Object get(CommandSession session,
			@Descriptor("the agent, the file in the guest, and where to; without it, here") String... names)
			throws IOException {
		var words = Arguments.of("agent:get BUS|LABEL GUEST-FILE [FILE]", names).between(2, 3);
		var agent = agents.find(words.getFirst());
		var from = words.get(1);
		var to = target(session, from, words.size() > 2 ? words.get(2) : ".");
		// what was begun and not ended is not to be taken for the file, nor to cost the one that was there
		var part = Files.createTempFile(to.getParent(), to.getFileName() + ".", ".part");
		try (var input = agent.ask(it -> it.read(from))) {
			Transfer done;
			try (var output = Files.newOutputStream(part)) {
				done = copy(agent, input, output, new Progress(session, from, -1));
			}
			Files.move(part, to, StandardCopyOption.REPLACE_EXISTING);
			return done.of(from, to.toString());
		} catch (AgentException e) {
			throw new CommandException(agent.label() + ": " + e.getMessage());
		} finally {
			Files.deleteIfExists(part);
		}
	}

	private static Path target(CommandSession session, String from, String to) {
		var path = session.currentDir().resolve(to).toAbsolutePath().normalize();
		if (Files.isDirectory(path))
			path = path.resolve(from.substring(Math.max(from.lastIndexOf('/'), from.lastIndexOf('\\')) + 1));
		if (Files.isDirectory(path) || !Files.isDirectory(path.getParent()))
			throw new CommandException(path + ": allowed: a file, in a folder that is there");
		return path;
	}

	@Descriptor("""
			copies a file of the host into the guest; one that is there is overwritten
			   agent:put vm1 site.conf /etc/site.conf
			   (agent:put vm1 site.conf /etc/site.conf) sha256""")
	public Object put(CommandSession session,
			@Descriptor("the agent, the file, and what it is to be in the guest") String... names) throws IOException {
		var words = Arguments.of("agent:put BUS|LABEL FILE GUEST-FILE", names).exactly(3);
		var agent = agents.find(words.getFirst());
		var from = session.currentDir().resolve(words.get(1)).toAbsolutePath().normalize();
		var to = words.get(2);
		if (!Files.isRegularFile(from) || !Files.isReadable(from))
			throw new CommandException(from + ": allowed: a file that can be read");
		try (var input = Files.newInputStream(from)) {
			Transfer done;
			try (var output = agent.ask(it -> it.write(to, false))) {
				done = copy(agent, input, output, new Progress(session, to, Files.size(from)));
			}
			return done.of(from.toString(), to);
		} catch (AgentException e) {
			throw new CommandException(agent.label() + ": " + e.getMessage());
		}
	}

	private static Transfer copy(Agent agent, InputStream from, OutputStream to, Progress progress) throws IOException {
		var transfer = new Transfer.Counting(agent.label());
		try (progress) {
			var piece = new byte[PIECE];
			for (int count; (count = from.read(piece)) >= 0;) {
				to.write(piece, 0, count);
				transfer.add(piece, count);
				progress.show(transfer.bytes(), transfer.nanos());
			}
			to.flush();
		}
		return transfer.done();
	}
}
