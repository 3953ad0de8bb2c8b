package port.socket;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

import bus.api.HostPort;
import port.testkit.FarEnd;
import port.testkit.HostPortContract;
import port.testkit.Trait;

/** Several clients, none of whom is ever dropped, at a port that is always open. */
class FanOutHoldContractTest extends HostPortContract {

	@Override
	protected HostPort port() {
		return Configs.port("listen", "unix:" + path(), "clients", "fanout", "absent", "hold", "slow", "hold");
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
