package bus.shell;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import bus.api.PortInfo;
import bus.api.PortInfo.State;
import bus.shell.command.Shown;
import bus.shell.command.Table;
import bus.shell.command.Words;

/**
 * A port as scripts read it: {@code (vport:show x) state}. Words, not the API's types: Gogo compares text.
 *
 * @param id the number; -1 if it has none
 * @param name what the guest sees; empty if none
 * @param guest {@code open}, {@code closed}, or {@code -} for a port that is not on a bus
 * @param host likewise, or {@code full} while the guest waits for it
 * @param figures what the port itself counts
 * @param options the keys of its configuration beyond those of every port, with the values in force
 * @param file where its configuration comes from; empty if not from a file
 * @param problem why it is not plugged or not usable; empty if all is well
 */
public record PortRecord(String bus, int id, String name, String type, String label, String state, String guest,
		String host, boolean console, long fromGuest, long toGuest, long lost, Map<String, Object> figures, Map<String, String> options, String file,
		String problem) implements Shown {

	/** Gogo cannot call the methods of the JDK's unmodifiable maps: their classes are hidden. */
	public PortRecord {
		options = new LinkedHashMap<>(options);
		figures = new LinkedHashMap<>(figures);
	}

	/** What a listing needs. */
	static PortRecord of(PortInfo port) {
		return of(port, Map.of(), Map.of(), "");
	}

	static PortRecord of(PortInfo port, Map<String, Object> figures, Map<String, String> options, String file) {
		boolean there = isOnBus(port);
		var traffic = port.traffic();
		return new PortRecord(port.bus(), port.id(), port.name(), port.type(), port.label(), Words.of(port.state()),
				there ? open(port.guestOpen()) : "-", there ? port.throttled() ? "full" : open(port.hostOpen()) : "-",
				port.console(), traffic.fromGuest(), traffic.toGuest(), traffic.lost(), figures, options,
				file, port.problem());
	}

	static boolean isOnBus(PortInfo port) {
		return EnumSet.of(State.PLUGGED, State.SHUT, State.HELD).contains(port.state());
	}

	private static String open(boolean open) {
		return open ? "open" : "closed";
	}

	static String table(List<PortRecord> ports) {
		var table = new Table("BUS", "ID", "NAME", "TYPE", "LABEL", "STATE", "GUEST", "HOST");
		for (var port : ports) {
			table.row((Object[]) port.cells());
			table.note(port.problem);
		}
		return table.toString();
	}

	private String[] cells() {
		return new String[] { bus, id < 0 ? "-" : Integer.toString(id), name.isEmpty() ? "-" : name, type, label, state,
				guest, host };
	}

	@Override
	public String table() {
		var table = Table.ofOne("label", label);
		table.row("type", type);
		table.row("bus", bus);
		table.row("id", id < 0 ? "none yet" : id);
		table.row("name", name.isEmpty() ? "none" : name);
		table.row("console", console ? "yes" : "no");
		table.row("state", state);
		table.row("guest", guest);
		table.row("host", host.equals("full") ? "open, full: the guest waits" : host);
		table.row("from guest", bytes(fromGuest));
		table.row("to guest", bytes(toGuest));
		table.row("lost", bytes(lost));
		section(table, "figures", figures);
		section(table, "options", options);
		if (!file.isEmpty())
			table.row("file", file);
		if (!problem.isEmpty())
			table.row("problem", "");
		table.note(problem);
		return table.toString();
	}

	/** Below a title, because a kind may count what its option is called after. */
	private static void section(Table table, String title, Map<String, ?> rows) {
		if (!rows.isEmpty())
			table.row(title, "");
		rows.forEach((key, value) -> table.row("  " + key, value.equals("") ? "none" : value));
	}

	private static String bytes(long count) {
		return String.format(Locale.ROOT, "%d byte%s", count, count == 1 ? "" : "s");
	}

	@Override
	public String line() {
		return String.join(" ", cells());
	}
}
