package port.guestagent.shell;

import java.util.ArrayList;
import java.util.List;

import bus.shell.command.Shown;
import bus.shell.command.Table;
import port.guestagent.GuestInterface;

/**
 * An interface of the guest as scripts read it.
 *
 * @param mac empty if it has none
 * @param addresses with the length of the network's part, as {@code 192.0.2.7/24}
 */
public record InterfaceRecord(String name, String mac, List<String> addresses) implements Shown {

	/** Gogo cannot call the methods of the JDK's unmodifiable lists: their classes are hidden. */
	public InterfaceRecord {
		addresses = new ArrayList<>(addresses);
	}

	static InterfaceRecord of(GuestInterface found) {
		return new InterfaceRecord(found.name(), found.hardwareAddress(),
				found.addresses().stream().map(address -> address.ip() + "/" + address.prefix()).toList());
	}

	/** A line for each address. */
	static String table(List<InterfaceRecord> interfaces) {
		var table = new Table("NAME", "MAC", "ADDRESS");
		for (var found : interfaces) {
			table.row(found.name, found.mac.isEmpty() ? "-" : found.mac,
					found.addresses.isEmpty() ? "-" : found.addresses.getFirst());
			found.addresses.stream().skip(1).forEach(address -> table.row("", "", address));
		}
		return table.toString();
	}

	@Override
	public String table() {
		return table(List.of(this));
	}

	@Override
	public String line() {
		return name + " " + String.join(" ", addresses);
	}
}
