package bus.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;

import org.junit.jupiter.api.Test;

import bus.api.BusEvent;
import bus.api.PortInfo;
import bus.shell.command.Words;
import bus.api.PortInfo.State;
import bus.api.PortInfo.Traffic;

/** Lines of the commands that watch. */
class StatCommandTest {

	private static PortInfo port(long fromGuest, long toGuest) {
		return new PortInfo("vm1", "x", "file", 7, "", false, State.PLUGGED, true, true, false,
				new Traffic(fromGuest, toGuest, 0), "");
	}

	@Test
	void rate_ofWhatCameBetween() {
		var rate = RateRecord.of(port(3_000, 500), port(1_000, 500), 2);
		assertEquals(List.of(1000L, 0L), List.of(rate.fromGuestRate(), rate.toGuestRate()));
		assertEquals("vm1 7 x open open 1.00k 0 3.00k 500 0", rate.line());
	}

	@Test
	void rate_pluggedAnew_countsFromZero() {
		assertEquals(300, RateRecord.of(port(300, 0), port(1_000, 0), 1).fromGuestRate());
		assertEquals(300, RateRecord.of(port(300, 0), null, 1).fromGuestRate());
	}

	@Test
	void bytes_scaled_stayShort() {
		assertEquals(List.of("0", "999", "1.00k", "12.3k", "999.9k", "1.23M", "123.5G", "9223372.0T"),
				List.of(0L, 999L, 1_000L, 12_345L, 999_900L, 1_234_567L, 123_456_789_012L, Long.MAX_VALUE).stream()
						.map(Words::scaled).toList());
	}

	@Test
	void event_inOneLine() {
		var time = Instant.EPOCH;
		assertEquals("vm1      2  agent         to guest    PORT_NAME 1 org.example.agent", told(
				new BusEvent(time, "vm1", 2, "agent", BusEvent.Kind.TO_GUEST, "PORT_NAME 1 org.example.agent")));
		assertEquals("vm1      -  -             from guest  DEVICE_READY 1",
				told(new BusEvent(time, "vm1", -1, "", BusEvent.Kind.FROM_GUEST, "DEVICE_READY 1")));
		assertEquals("vm1      2  agent         fault: guestData threw",
				told(new BusEvent(time, "vm1", 2, "agent", BusEvent.Kind.FAULT, "guestData threw")));
	}

	private static String told(BusEvent event) {
		return TraceCommand.line(event).replaceFirst("^\\S+  ", "");
	}
}
