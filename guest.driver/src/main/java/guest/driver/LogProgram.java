package guest.driver;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Writes a numbered line a second while the host is connected. */
final class LogProgram implements PortProgram {
	private static final Duration PERIOD = Duration.ofSeconds(1);

	private final PortStream stream;
	private Deadline next = Deadline.after(Duration.ZERO);
	private long number;

	LogProgram(GuestSidePort port) {
		this.stream = new PortStream(port);
	}

	@Override
	public Duration step() throws IOException {
		boolean connected = stream.port().hostConnected();
		if (connected && next.passed()) {
			next = Deadline.after(PERIOD);
			stream.print(Instant.now().truncatedTo(ChronoUnit.SECONDS) + " line " + ++number + " of "
					+ stream.port().name() + "\n");
		}
		boolean more = stream.pump(character -> {
		});
		return more ? Duration.ZERO : connected ? next.left() : WHEN_SOMETHING_HAPPENS;
	}
}
