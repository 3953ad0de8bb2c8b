package port.guestagent.shell;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

import bus.shell.command.Shown;

/**
 * The guest's clock as scripts read it.
 *
 * @param time what it showed, in UTC
 * @param aheadMillis of the host's clock; negative if it is behind; as exact as the call was short
 */
public record TimeRecord(String time, long aheadMillis) implements Shown {
	private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT);

	/**
	 * @param sent when the agent was asked
	 * @param answered when its answer was there: it looked somewhere in between
	 */
	static TimeRecord of(Instant guest, Instant sent, Instant answered) {
		var host = sent.plus(Duration.between(sent, answered).dividedBy(2));
		return new TimeRecord(TIME.format(guest.atZone(ZoneOffset.UTC)), Duration.between(host, guest).toMillis());
	}

	@Override
	public String table() {
		return time + " UTC, " + (aheadMillis == 0 ? "as the host's"
				: Math.abs(aheadMillis) + " ms " + (aheadMillis > 0 ? "ahead of" : "behind") + " the host's");
	}
}
