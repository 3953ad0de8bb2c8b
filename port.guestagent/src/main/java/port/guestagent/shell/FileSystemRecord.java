package port.guestagent.shell;

import java.util.List;

import bus.shell.command.Shown;
import bus.shell.command.Table;
import bus.shell.command.Words;
import port.guestagent.GuestFileSystem;

/**
 * A file system of the guest as scripts read it.
 *
 * @param usedBytes negative if its agent does not say
 * @param totalBytes likewise
 */
public record FileSystemRecord(String mountPoint, String device, String type, long usedBytes, long totalBytes)
		implements Shown {

	static FileSystemRecord of(GuestFileSystem found) {
		return new FileSystemRecord(found.mountPoint(), found.device(), found.type(), found.usedBytes(),
				found.totalBytes());
	}

	static String table(List<FileSystemRecord> systems) {
		var table = new Table("DEVICE", "MOUNTED ON", "TYPE", "SIZE", "USED", "USE%");
		systems.forEach(system -> table.row((Object[]) system.cells()));
		return table.toString();
	}

	private String[] cells() {
		return new String[] { device, mountPoint, type, size(totalBytes), size(usedBytes),
				totalBytes > 0 && usedBytes >= 0 ? Math.ceilDiv(100 * usedBytes, totalBytes) + "%" : "-" };
	}

	private static String size(long bytes) {
		return bytes < 0 ? "-" : Words.scaled(bytes);
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
