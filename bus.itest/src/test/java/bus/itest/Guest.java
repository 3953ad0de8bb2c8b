package bus.itest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real Linux guest: the process of its machine. The kernel's messages are in its log. */
final class Guest implements AutoCloseable {

	/** A transfer of 64 MiB lies in the guest's memory twice for a moment. */
	private static final String MEMORY = "256M";

	private final Process process;
	private final Path control;

	/** What is in it. */
	enum Image {
		PLAIN(""), AGENT("-agent");

		private final String suffix;

		Image(String suffix) {
			this.suffix = suffix;
		}
	}

	/**
	 * @param image of its initramfs
	 * @param socket of the bus
	 * @param ports as in the bus's configuration
	 * @param processors more than one for QEMU only
	 * @param parameters of the kernel, beside its own
	 */
	Guest(GuestKind kind, Image image, Path socket, int ports, int processors, Path log, String... parameters)
			throws IOException {
		var script = VportProcess.root().resolve("cnf/guest").resolve(kind.script());
		control = Files.createTempDirectory("guest").resolve("qmp");
		var command = new ArrayList<>(List.of(script.toString(), socket.toString(), "--memory", MEMORY, "--log",
				log.toString()));
		if (image == Image.AGENT)
			command.add("--agent");
		if (kind.script().equals("qemu"))
			command.addAll(List.of("--queues", String.valueOf(2 * (ports + 1)), "--smp", String.valueOf(processors),
					"--append", String.join(" ", parameters), "--", "-qmp", "unix:" + control + ",server=on,wait=off"));
		else if (parameters.length > 0) {
			command.add("--");
			command.addAll(List.of(parameters));
		}
		var file = VportProcess.root().resolve("build/guest/initramfs-" + kind.script() + image.suffix + ".gz");
		if (!Files.exists(file))
			throw new AssertionError("no " + file + ": run ./vport test guest, or cnf/guest/initramfs "
					+ kind.script() + (image == Image.AGENT ? " --agent" : ""));
		var words = log.resolveSibling(log.getFileName() + ".start"); // until the log is open
		process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(words.toFile()).start();
	}

	/** Of QEMU only. */
	Qmp qmp() throws IOException {
		return new Qmp(SocketChannel.open(UnixDomainSocketAddress.of(control)));
	}

	boolean isAlive() {
		return process.isAlive();
	}

	/** Ends the machine as a crash of the VMM would. */
	void kill() {
		var children = process.descendants().toList(); // UML runs the guest's programs in them
		process.destroyForcibly().onExit().join();
		children.forEach(ProcessHandle::destroyForcibly);
	}

	@Override
	public void close() {
		process.destroy();
		process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
		if (process.isAlive())
			kill();
		try {
			Files.deleteIfExists(control);
			Files.deleteIfExists(control.getParent());
		} catch (IOException e) {
			throw new UncheckedIOException(e);
		}
	}
}
