package port.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import bus.api.HostPort;
import port.testkit.FarEnd;
import port.testkit.HostPortContract;
import port.testkit.Trait;

/** A pair of FIFOs; the far end is a program that has both of them open. */
class PipeContractTest extends HostPortContract {

	@Override
	protected HostPort port() {
		return Configured.port("pipe=" + pipe());
	}

	private Path pipe() {
		return folder.resolve("y");
	}

	@Override
	protected FarEnd farEnd() throws IOException {
		return FifoEnd.open(Path.of(pipe() + ".out"), Path.of(pipe() + ".in"));
	}

	@Override
	protected Set<Trait> traits() {
		return EnumSet.of(Trait.FROM_GUEST, Trait.TO_GUEST, Trait.GUEST_WAITS, Trait.FAR_END_WAITS,
				Trait.FAR_END_RETURNS, Trait.OUTLIVES_UPDATES);
	}

	@Override
	protected List<HostPort> misconfigured() {
		return List.of(Configured.port("pipe=" + folder.resolve("no/y")),
				Configured.port("pipe=" + pipe(), "size=1M"), Configured.port("pipe=" + pipe(), "input=/x"),
				Configured.port("pipe=" + pipe(), "path=/x"));
	}
}
