package port.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import bus.api.HostPort;
import port.testkit.FarEnd;
import port.testkit.HostPortContract;
import port.testkit.Trait;

/** The far end of a file is who reads it from where it ends now. */
class FileContractTest extends HostPortContract {

	@Override
	protected HostPort port() {
		return Configured.port(path());
	}

	private Path path() {
		return folder.resolve("y.log");
	}

	@Override
	protected FarEnd farEnd() throws IOException {
		var file = FileChannel.open(path(), StandardOpenOption.READ);
		file.position(file.size());
		return new FarEnd() {

			@Override
			public int read(ByteBuffer target) throws IOException {
				return file.read(target);
			}

			@Override
			public void close() throws IOException {
				file.close();
			}
		};
	}

	@Override
	protected Set<Trait> traits() {
		return EnumSet.of(Trait.FROM_GUEST, Trait.OUTLIVES_UPDATES);
	}

	@Override
	protected List<HostPort> misconfigured() {
		return List.of(Configured.port(folder), Configured.port(folder.resolve("no/y.log")), Configured.port("name=x"),
				Configured.port(Path.of("/dev/zero")), Configured.port("path=" + path(), "size=10X"),
				Configured.port("path=" + path(), "sync=often"), Configured.port("path=" + path(), "compress=on"),
				Configured.port("path=" + path(), "input=" + folder.resolve("no")));
	}
}
