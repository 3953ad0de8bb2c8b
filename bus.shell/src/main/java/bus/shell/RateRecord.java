package bus.shell;

import java.util.List;
import java.util.Locale;

import bus.api.PortInfo;
import bus.shell.command.Shown;
import bus.shell.command.Table;

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
	private static final double STEP = 1000;
	private static final String[] UNITS = { "", "k", "M", "G", "T" };

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
		return new String[] { bus, id < 0 ? "-" : Integer.toString(id), label, guest, host, scaled(fromGuestRate),
				scaled(toGuestRate), scaled(fromGuest), scaled(toGuest), scaled(lost) };
	}

	/** Three or four digits and the unit, as {@code 12.3M}. */
	static String scaled(long bytes) {
		double value = bytes;
		int unit = 0;
		for (; value >= STEP && unit < UNITS.length - 1; unit++)
			value /= STEP;
		return unit == 0 ? Long.toString(bytes)
				: String.format(Locale.ROOT, value < 10 ? "%.2f%s" : "%.1f%s", value, UNITS[unit]);
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
