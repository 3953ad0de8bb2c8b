package port.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import bus.api.HostPort;
import port.testkit.FarEnd;
import port.testkit.HostPortContract;
import port.testkit.Trait;

/** FIFOs that somebody else has made, as path and as input. */
class FifoContractTest extends HostPortContract {

	@Override
	protected HostPort port() {
		return Configured.port("path=" + made("out"), "input=" + made("in"));
	}

	private Path made(String name) {
		var path = folder.resolve(name);
		try {
			Fifo.make("test", path);
		} catch (IOException e) {
			throw new UncheckedIOException(e);
		}
		return path;
	}

	@Override
	protected FarEnd farEnd() throws IOException {
		return FifoEnd.open(folder.resolve("out"), folder.resolve("in"));
	}

	@Override
	protected Set<Trait> traits() {
		return EnumSet.of(Trait.FROM_GUEST, Trait.TO_GUEST, Trait.GUEST_WAITS, Trait.FAR_END_WAITS,
				Trait.FAR_END_RETURNS, Trait.OUTLIVES_UPDATES);
	}

	@Override
	protected List<HostPort> misconfigured() {
		var out = "path=" + made("out");
		return List.of(Configured.port(out, "input=" + folder.resolve("no")), Configured.port(out, "input=" + folder),
				Configured.port(out, "sync=close"), Configured.port(out, "append=off"),
				Configured.port(out, "rotate=3"), Configured.port(out, "frequency=daily"));
	}
}
