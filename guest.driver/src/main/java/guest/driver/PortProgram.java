package guest.driver;

import java.io.IOException;
import java.time.Duration;

/** What the simulated guest runs on one port. The guest's thread; a step never waits. */
interface PortProgram {
	Duration WHEN_SOMETHING_HAPPENS = Duration.ofHours(1);

	/**
	 * Goes on as far as it can, or as is fair.
	 *
	 * @return when it wants its next step although nothing happens
	 */
	Duration step() throws IOException;
}
