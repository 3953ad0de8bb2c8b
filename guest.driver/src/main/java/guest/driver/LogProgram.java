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
	public void step() throws IOException {
		if (next.passed() && stream.port().hostConnected()) {
			next = Deadline.after(PERIOD);
			stream.print(Instant.now().truncatedTo(ChronoUnit.SECONDS) + " line " + ++number + " of "
					+ stream.port().name() + "\n");
		}
		stream.pump(character -> {
		});
	}

	@Override
	public Duration patience() {
		return stream.port().hostConnected() ? next.left() : PortProgram.super.patience();
	}
}
