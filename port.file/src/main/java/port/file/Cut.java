package port.file;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;

/**
 * Where one file ends and the next begins. A file is due when it has its size, or when the calendar period of its last
 * byte is over; it ends with the first line that ends from then on, or where the longest line would. Owned by the thread
 * that writes.
 */
final class Cut {
	/** A line up to this long is not cut in two: a file that is due waits so many bytes for the end of one. */
	static final int LONGEST_LINE = 4 << 10;
	/** Before a rotation that failed is tried again. */
	private static final Duration RETRY = Duration.ofSeconds(5);

	/** 0: none. */
	private final long limit;
	private final Frequency frequency;
	private final ZoneId zone;
	private volatile long size;
	private boolean lineEnd;
	/** Bytes written since the file became due. */
	private long overrun;
	/** The calendar period of the last byte. */
	private LocalDateTime period;
	private Instant notBefore = Instant.MIN;

	Cut(Options options, ZoneId zone) {
		limit = options.size();
		frequency = options.frequency();
		this.zone = zone;
	}

	/** A file as it is found. */
	void begin(long size, boolean lineEnd, Instant lastByte) {
		this.size = size;
		this.lineEnd = lineEnd;
		overrun = 0;
		period = frequency.begin(lastByte, zone);
	}

	/** Another process has shortened or lengthened it. */
	void size(long size) {
		this.size = size;
	}

	/** Any thread. */
	long size() {
		return size;
	}

	/** The file cannot be ended now: it may grow for a while. */
	void postpone(Instant now) {
		notBefore = now.plus(RETRY);
	}

	private boolean postponed(Instant now) {
		return now.isBefore(notBefore);
	}

	private boolean due(Instant now) {
		return size > 0 && !postponed(now)
				&& (limit > 0 && size >= limit || !frequency.begin(now, zone).equals(period));
	}

	/** Whether it is to be ended before the next byte. */
	boolean here(Instant now) {
		return due(now) && (lineEnd || overrun >= LONGEST_LINE);
	}

	/** The same, while there is no next byte: in the midst of a line there will be one. */
	boolean hereAtRest(Instant now) {
		return due(now) && lineEnd;
	}

	/** How much may go into this file: up to the first end of a line once it is due. */
	int piece(ByteBuffer data, Instant now) {
		boolean due = due(now);
		if (!due && (limit == 0 || postponed(now)))
			return data.remaining();
		long room = due ? 0 : limit - size;
		if (data.remaining() <= room)
			return data.remaining();
		int most = (int) Math.min(data.remaining(), room + LONGEST_LINE - overrun);
		for (int i = (int) Math.max(room - 1, 0); i < most; i++)
			if (data.get(data.position() + i) == '\n')
				return i + 1;
		return most;
	}

	/** So much has been written. */
	void wrote(int count, boolean endsLine, Instant now) {
		boolean due = due(now);
		boolean postponed = postponed(now);
		overrun = due ? overrun + count : postponed || limit == 0 ? 0 : Math.max(0, size + count - limit);
		size = size + count;
		lineEnd = endsLine;
		if (!due && !postponed) // or the period in which it was to be ended would be forgotten
			period = frequency.begin(now, zone);
	}
}
