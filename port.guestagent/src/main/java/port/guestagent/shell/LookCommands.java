package port.guestagent.shell;

import java.time.Instant;

import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import bus.shell.command.Arguments;
import bus.shell.command.Listing;
import bus.shell.command.Outcome;
import port.guestagent.AgentState;
import port.guestagent.GuestAgent;
import port.guestagent.shell.Agents.Agent;

/** The commands that ask about an agent and its guest. */
@Component(service = LookCommands.class, property = { "osgi.command.scope=agent", "osgi.command.function=list",
		"osgi.command.function=info", "osgi.command.function=ping", "osgi.command.function=osinfo",
		"osgi.command.function=network", "osgi.command.function=fsinfo", "osgi.command.function=users",
		"osgi.command.function=time" })
public final class LookCommands {
	static final String AGENT = "the agent: its bus, or its port's label";

	private static final double NANOS_PER_MILLI = 1e6;

	private final Agents agents;

	@Activate
	public LookCommands(@Reference Agents agents) {
		this.agents = agents;
	}

	@Descriptor("""
			lists the agents of the guests; asks none
			   agent:list
			   each (agent:list) { echo ($it bus) ($it state) }""")
	public Object list(@Descriptor("buses or labels; all if none is named") String... names) {
		var words = Arguments.of("agent:list [BUS|LABEL...]", names).words();
		return new Listing<>(agents.named(words).stream().map(AgentRecord::of).toList(), AgentRecord::table);
	}

	@Descriptor("""
			shows everything about an agent: its state, its version, what it can do
			   agent:info vm1
			   (agent:info vm1) state""")
	public Object info(@Descriptor(AGENT) String... names) {
		var agent = only("agent:info BUS|LABEL", names);
		if (agent.service().status().state() == AgentState.READY)
			agent.ask(GuestAgent::info);
		return AgentRecord.of(agent);
	}

	private Agent only(String usage, String... names) {
		return agents.find(Arguments.of(usage, names).only());
	}

	@Descriptor("""
			asks whether the agent answers
			   agent:ping vm1""")
	public Object ping(@Descriptor(AGENT) String... names) {
		var agent = only("agent:ping BUS|LABEL", names);
		long sent = System.nanoTime();
		agent.tell(GuestAgent::ping);
		return new Outcome(agent.label(), "ready",
				String.format("%s answered in %.1f ms", agent.label(), (System.nanoTime() - sent) / NANOS_PER_MILLI));
	}

	@Descriptor("""
			shows which system runs in the guest
			   agent:osinfo vm1
			   (agent:osinfo vm1) kernelRelease""")
	public Object osinfo(@Descriptor(AGENT) String... names) {
		return only("agent:osinfo BUS|LABEL", names).ask(agent -> OsRecord.of(agent.os(), agent.hostName()));
	}

	@Descriptor("""
			lists the guest's network interfaces and their addresses
			   agent:network vm1
			   agent:network vm1 | grep 192.0.2""")
	public Object network(@Descriptor(AGENT) String... names) {
		var found = only("agent:network BUS|LABEL", names).ask(GuestAgent::interfaces);
		return new Listing<>(found.stream().map(InterfaceRecord::of).toList(), InterfaceRecord::table);
	}

	@Descriptor("""
			lists the file systems that the guest has mounted
			   agent:fsinfo vm1""")
	public Object fsinfo(@Descriptor(AGENT) String... names) {
		var found = only("agent:fsinfo BUS|LABEL", names).ask(GuestAgent::fileSystems);
		return new Listing<>(found.stream().map(FileSystemRecord::of).toList(), FileSystemRecord::table);
	}

	@Descriptor("""
			lists who is logged in to the guest
			   agent:users vm1""")
	public Object users(@Descriptor(AGENT) String... names) {
		var found = only("agent:users BUS|LABEL", names).ask(GuestAgent::users);
		return new Listing<>(found.stream().map(UserRecord::of).toList(), UserRecord::table);
	}

	@Descriptor("""
			shows the guest's clock, and how far it is from the host's
			   agent:time vm1
			   agent:time --set vm1""")
	public Object time(
			@Descriptor("first sets it to the host's") @Parameter(names = "--set", presentValue = "true",
					absentValue = "false") boolean set,
			@Descriptor(AGENT) String... names) {
		var agent = only("agent:time [--set] BUS|LABEL", names);
		if (set)
			agent.tell(it -> it.setTime(Instant.now()));
		var sent = Instant.now();
		var time = agent.ask(GuestAgent::time);
		return TimeRecord.of(time, sent, Instant.now());
	}
}
