package port.file;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;

/** After which calendar period a file is rotated, the option {@code frequency}; the words are logrotate's. */
enum Frequency {
	NEVER, HOURLY, DAILY, WEEKLY, MONTHLY;

	/** The word of the option; Metatype has let no other through. */
	static Frequency parse(String word) {
		try {
			return valueOf(word.strip().toUpperCase(Locale.ROOT));
		} catch (IllegalArgumentException e) {
			throw new IllegalArgumentException(
					"frequency=" + word.strip() + "; allowed: hourly, daily, weekly, monthly or never");
		}
	}

	/** When the period that a moment lies in began, on the clock on the wall. Weeks begin on Monday. */
	LocalDateTime begin(Instant moment, ZoneId zone) {
		var time = LocalDateTime.ofInstant(moment, zone);
		var day = time.truncatedTo(ChronoUnit.DAYS);
		return switch (this) {
			case NEVER -> LocalDateTime.MIN;
			case HOURLY -> time.truncatedTo(ChronoUnit.HOURS);
			case DAILY -> day;
			case WEEKLY -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
			case MONTHLY -> day.withDayOfMonth(1);
		};
	}
}
