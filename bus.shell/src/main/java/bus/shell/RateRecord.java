package bus.shell;

import java.util.List;

import bus.api.PortInfo;
import bus.shell.command.Shown;
import bus.shell.command.Table;
import bus.shell.command.Words;

/**
 * What went through a port between two looks.
 *
 * @param fromGuestRate bytes a second
 * @param toGuestRate bytes a second
 * @param fromGuest bytes since the port was plugged
 * @param toGuest bytes since the port was plugged
 * @param lost bytes since the port was plugged
 */
public record RateRecord(String bus, int id, String label, String guest, String host, long fromGuestRate,
		long toGuestRate, long fromGuest, long toGuest, long lost) implements Shown {
	/**
	 * @param before the same port, or null if it was not there
	 */
	static RateRecord of(PortInfo port, PortInfo before, double seconds) {
		var now = PortRecord.of(port);
		// plugged anew it counts from 0
		boolean same = before != null && before.traffic().fromGuest() <= now.fromGuest()
				&& before.traffic().toGuest() <= now.toGuest();
		return new RateRecord(now.bus(), now.id(), now.label(), now.guest(), now.host(),
				Math.round((now.fromGuest() - (same ? before.traffic().fromGuest() : 0)) / seconds),
				Math.round((now.toGuest() - (same ? before.traffic().toGuest() : 0)) / seconds), now.fromGuest(),
				now.toGuest(), now.lost());
	}

	static String table(List<RateRecord> rates) {
		var table = new Table("BUS", "ID", "LABEL", "GUEST", "HOST", "FROM GUEST/s", "TO GUEST/s", "FROM", "TO", "LOST");
		rates.forEach(rate -> table.row((Object[]) rate.cells()));
		return table.toString();
	}

	private String[] cells() {
		return new String[] { bus, id < 0 ? "-" : Integer.toString(id), label, guest, host, Words.scaled(fromGuestRate),
				Words.scaled(toGuestRate), Words.scaled(fromGuest), Words.scaled(toGuest), Words.scaled(lost) };
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
