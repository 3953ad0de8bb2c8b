package port.guestagent.shell;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import bus.shell.command.Arguments;
import bus.shell.command.CommandException;
import bus.shell.command.Line;
import bus.shell.command.Outcome;
import port.guestagent.GuestAgent;
import port.guestagent.GuestAgent.Shutdown;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands that change something in the guest, and the one that says anything at all to its agent. */
@Component(service = ControlCommands.class, property = { "osgi.command.scope=agent", "osgi.command.function=freeze",
		"osgi.command.function=thaw", "osgi.command.function=shutdown", "osgi.command.function=raw" })
public final class ControlCommands {
	private static final String RAW = "agent:raw BUS|LABEL '{\"execute\": COMMAND, \"arguments\": {...}}'";

	private final Agents agents;

	@Activate
	public ControlCommands(@Reference Agents agents) {
		this.agents = agents;
	}

	@Descriptor("""
			stops all writing to the guest's file systems, for a snapshot, until thaw
			   agent:freeze vm1
			   agent:freeze vm1 /srv /home""")
	public Object freeze(
			@Descriptor("the agent, and which mount points; all if none is named") String... names) {
		var words = Arguments.of("agent:freeze BUS|LABEL [MOUNT POINT...]", names).atLeast(1);
		var agent = agents.find(words.getFirst());
		int frozen = agent.ask(it -> it.freeze(List.copyOf(words.subList(1, words.size()))));
		return new Outcome(agent.label(), "frozen", counted(frozen) + " of " + agent.label() + " frozen");
	}

	@Descriptor("""
			ends freeze; goes before everything else that waits for the agent
			   agent:thaw vm1""")
	public Object thaw(@Descriptor(LookCommands.AGENT) String... names) {
		var agent = agents.find(Arguments.of("agent:thaw BUS|LABEL", names).only());
		int thawed = agent.ask(GuestAgent::thaw);
		return new Outcome(agent.label(), "thawed", counted(thawed) + " of " + agent.label() + " thawed");
	}

	private static String counted(int systems) {
		return systems + (systems == 1 ? " file system" : " file systems");
	}

	@Descriptor("""
			shuts the guest down, in its own good order
			   agent:shutdown vm1
			   agent:shutdown --reboot vm1""")
	public Object shutdown(
			@Descriptor("starts it again") @Parameter(names = "--reboot", presentValue = "true",
					absentValue = "false") boolean reboot,
			@Descriptor("stops its processors and leaves the machine on") @Parameter(names = "--halt",
					presentValue = "true", absentValue = "false") boolean halt,
			@Descriptor(LookCommands.AGENT) String... names) {
		String usage = "agent:shutdown [--reboot|--halt] BUS|LABEL";
		if (reboot && halt)
			throw new CommandException("--reboot or --halt, not both; usage: " + usage);
		var agent = agents.find(Arguments.of(usage, names).only());
		var mode = reboot ? Shutdown.REBOOT : halt ? Shutdown.HALT : Shutdown.POWERDOWN;
		agent.tell(it -> it.shutdown(mode));
		return new Outcome(agent.label(), mode.name().toLowerCase(Locale.ROOT),
				"the guest of " + agent.label() + (reboot ? " starts again" : " shuts down"));
	}

	@Descriptor("""
			says anything to the agent, in its own JSON, and prints what it returns
			   agent:raw vm1 '{"execute": "guest-get-vcpus"}'
			   agent:raw vm1 guest-get-load""")
	public Object raw(@Descriptor("the agent, and a request in quotes; or a command without arguments") String... names) {
		var words = Arguments.of(RAW, names).exactly(2);
		var agent = agents.find(words.getFirst());
		var request = words.get(1).strip();
		if (!request.startsWith("{"))
			return new Line(agent.ask(it -> it.raw(request, "")));
		var parsed = parsed(request);
		var unknown = Stream.of(parsed.propertyNames().toArray(String[]::new))
				.filter(key -> !key.equals("execute") && !key.equals("arguments")).toList();
		if (!unknown.isEmpty() || !parsed.path("execute").isString())
			throw new CommandException(unknown.isEmpty() ? "no \"execute\" in the request; usage: " + RAW
					: "unknown key " + unknown.getFirst() + " in the request; usage: " + RAW);
		var arguments = parsed.get("arguments");
		return new Line(agent.ask(it -> it.raw(parsed.get("execute").stringValue(),
				arguments == null ? "" : arguments.toString())));
	}

	private static JsonNode parsed(String request) {
		try {
			return JsonMapper.shared().readTree(request);
		} catch (JacksonException e) {
			throw new CommandException("the request is not JSON: " + e.getOriginalMessage().replaceAll("\\s+", " ")
					+ "; usage: " + RAW);
		}
	}
}
