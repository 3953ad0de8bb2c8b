package port.socket;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

import port.testkit.FarEnd;
import port.testkit.HostPortContract;
import port.testkit.Trait;

/** A port that listens on a UNIX socket, whatever it does with its clients. */
abstract class UnixContract extends HostPortContract {

	Path path() {
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
