package port.guestagent.shell;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import bus.shell.command.Shown;
import bus.shell.command.Table;
import bus.shell.command.Words;
import port.guestagent.AgentInfo;
import port.guestagent.AgentStatus;
import port.guestagent.shell.Agents.Agent;

/**
 * An agent as scripts read it: {@code (agent:info vm1) state}.
 *
 * @param label of its port
 * @param state {@code no port}, {@code closed}, {@code unsynced} or {@code ready}
 * @param machine {@code running} or {@code paused}
 * @param frozen since when the guest's file systems are frozen; empty if they are not
 * @param version of the agent; empty if it has not said
 * @param commands that it executes
 * @param disabled that it knows and refuses
 */
public record AgentRecord(String bus, String label, String state, String machine, String frozen, String version,
		List<String> commands, List<String> disabled) implements Shown {
	private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
	private static final String INDENT = "    ";
	private static final int LINE = 80;

	/** Gogo cannot call the methods of the JDK's unmodifiable lists: their classes are hidden. */
	public AgentRecord {
		commands = new ArrayList<>(commands);
		disabled = new ArrayList<>(disabled);
	}

	static AgentRecord of(Agent agent) {
		var status = agent.service().status();
		return new AgentRecord(agent.bus(), agent.label(), Words.of(status.state()),
				status.running() ? "running" : "paused", since(status), status.agent().map(AgentInfo::version).orElse(""),
				status.agent().map(AgentInfo::commands).map(List::copyOf).orElse(List.of()),
				status.agent().map(AgentInfo::disabled).map(List::copyOf).orElse(List.of()));
	}

	private static String since(AgentStatus status) {
		return status.frozen().map(time -> TIME.format(time.atZone(ZoneId.systemDefault()))).orElse("");
	}

	static String table(List<AgentRecord> agents) {
		var table = new Table("BUS", "LABEL", "STATE", "MACHINE", "FROZEN SINCE", "VERSION");
		agents.forEach(agent -> table.row((Object[]) agent.cells()));
		return table.toString();
	}

	private String[] cells() {
		return new String[] { bus, label, state, machine, frozen.isEmpty() ? "-" : frozen,
				version.isEmpty() ? "-" : version };
	}

	@Override
	public String table() {
		var table = Table.ofOne("label", label);
		table.row("bus", bus);
		table.row("state", state);
		table.row("machine", machine);
		table.row("frozen", frozen.isEmpty() ? "no" : "since " + frozen);
		table.row("version", version.isEmpty() ? "not known" : version);
		table.row("commands", commands.size());
		return table + paragraph(commands) + (disabled.isEmpty() ? "" : "\ndisabled  " + disabled.size())
				+ paragraph(disabled);
	}

	private static String paragraph(List<String> words) {
		return words.isEmpty() ? "" : "\n" + Words.wrapped(INDENT, String.join(" ", words), LINE);
	}

	@Override
	public String line() {
		return String.join(" ", cells());
	}
}
