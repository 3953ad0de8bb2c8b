package bus.shell;

import java.util.List;

import bus.api.BusInfo;
import bus.shell.command.Shown;
import bus.shell.command.Table;
import bus.shell.command.Words;

/**
 * A bus as scripts read it.
 *
 * @param ports how many are on it
 * @param queues what the machine gave; 0 if it has not said
 * @param problem what keeps it from working; empty if all is well
 */
public record BusRecord(String name, String vm, String state, long ports, int usablePorts, int maxPorts, int queues,
		String socket, String problem) implements Shown {

	/** @param ports how many are on it */
	static BusRecord of(BusInfo bus, long ports) {
		return new BusRecord(bus.name(), bus.vm(), Words.of(bus.state()), ports, bus.usablePorts(), bus.maxPorts(),
				bus.queues(), bus.socket(), bus.problem());
	}

	static String table(List<BusRecord> buses) {
		var table = new Table("BUS", "STATE", "PORTS", "USABLE", "QUEUES", "SOCKET");
		for (var bus : buses) {
			table.row((Object[]) bus.cells());
			table.note(bus.problem);
			table.note(bus.vm.equals(bus.name) ? "" : "a bus of vm " + bus.vm);
		}
		return table.toString();
	}

	private String[] cells() {
		return new String[] { name, state, Long.toString(ports), usablePorts + " of " + maxPorts,
				queues == 0 ? "-" : Integer.toString(queues), socket };
	}

	@Override
	public String table() {
		return table(List.of(this));
	}

	@Override
	public String line() {
		return String.join(" ", cells());
	}
}
