package port.console;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import bus.api.HostPort;
import bus.linux.Linux;
import bus.linux.LinuxException;
import port.testkit.FarEnd;
import port.testkit.HostPortContract;
import port.testkit.Trait;

/** The far end is a terminal program on the link. */
class ConsoleContractTest extends HostPortContract {

	@Override
	protected HostPort port() {
		return ConsolePortTest.port(folder.resolve("z"));
	}

	@Override
	protected FarEnd farEnd() throws IOException {
		return new TerminalProgram(folder.resolve("z"));
	}

	@Override
	protected Set<Trait> traits() {
		return EnumSet.of(Trait.FROM_GUEST, Trait.TO_GUEST, Trait.FAR_END_WAITS, Trait.FAR_END_RETURNS, Trait.CONSOLE);
	}

	@Override
	protected int many() {
		return 256 << 10;
	}

	@Override
	protected List<HostPort> misconfigured() throws IOException {
		return List.of(ConsolePortTest.port(Files.writeString(folder.resolve("file"), "not a link")),
				ConsolePortTest.port(folder.resolve("no/z")));
	}

	/** Reads and writes without waiting; Java's channels wait on a terminal. */
	private static final class TerminalProgram implements FarEnd {
		private static final int PIECE = 4096;

		private final Arena arena = Arena.ofConfined();
		private final MemorySegment piece = arena.allocate(PIECE);
		private final int descriptor;

		TerminalProgram(Path terminal) throws IOException {
			descriptor = (int) LinuxException.check(
					Linux.open(terminal.toString(), Linux.O_RDWR | Linux.O_NOCTTY | Linux.O_NONBLOCK, 0), "open " + terminal);
		}

		@Override
		public int read(ByteBuffer target) {
			int count = (int) Linux.read(descriptor, piece.address(), Math.min(PIECE, target.remaining()));
			if (count > 0)
				target.put(piece.asSlice(0, count).asByteBuffer());
			return Math.max(0, count);
		}

		@Override
		public int write(ByteBuffer source) {
			int count = Math.min(PIECE, source.remaining());
			piece.asByteBuffer().put(source.slice(source.position(), count));
			return Math.max(0, (int) Linux.write(descriptor, piece.address(), count));
		}

		@Override
		public void close() {
			Linux.close(descriptor);
			arena.close();
		}
	}
}
