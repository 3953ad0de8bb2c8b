package guest.driver;

import java.io.IOException;
import java.time.Duration;

/** What the simulated guest runs on one port. The guest's thread; a step never waits. */
interface PortProgram {
	/** Goes on as far as it can. */
	void step() throws IOException;

	/** When it wants its next step although nothing happens. */
	default Duration patience() {
		return Duration.ofHours(1);
	}
}
