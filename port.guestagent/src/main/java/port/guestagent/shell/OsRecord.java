package port.guestagent.shell;

import bus.shell.command.Shown;
import bus.shell.command.Table;
import port.guestagent.GuestOs;

/** What runs in the guest, as scripts read it; empty what its agent does not say. */
public record OsRecord(String hostName, String id, String prettyName, String version, String versionId,
		String kernelRelease, String machine) implements Shown {

	static OsRecord of(GuestOs os, String hostName) {
		return new OsRecord(hostName, os.id(), os.prettyName(), os.version(), os.versionId(), os.kernelRelease(),
				os.machine());
	}

	@Override
	public String table() {
		var table = Table.ofOne("host name", or(hostName));
		table.row("system", or(prettyName));
		table.row("id", or(id));
		table.row("version", or(version));
		table.row("version id", or(versionId));
		table.row("kernel", or(kernelRelease));
		table.row("processor", or(machine));
		return table.toString();
	}

	private static String or(String text) {
		return text.isEmpty() ? "-" : text;
	}

	@Override
	public String line() {
		return hostName + " " + prettyName;
	}
}
