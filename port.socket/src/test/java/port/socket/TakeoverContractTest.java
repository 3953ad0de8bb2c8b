package port.socket;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

import bus.api.HostPort;
import port.testkit.FarEnd;
import port.testkit.HostPortContract;
import port.testkit.Trait;

/** Who comes later has the port. */
class TakeoverContractTest extends HostPortContract {

	@Override
	protected HostPort port() {
		return Configs.port("listen", "unix:" + path(), "clients", "takeover", "absent", "hold");
	}

	private Path path() {
		return folder.resolve("x.sock");
	}

	@Override
	protected FarEnd farEnd() throws IOException {
		return UnixFarEnd.connect(path());
	}

	@Override
	protected Set<Trait> traits() {
		return EnumSet.complementOf(EnumSet.of(Trait.CONSOLE));
	}
}
