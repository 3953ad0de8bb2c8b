package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A QEMU without a guest: its processor does not run, the test does to the devices what a driver would. So a fault is
 * exactly where the test wants it, and the front-end is the true one.
 */
final class QtestMachine implements AutoCloseable {
	/** Bytes of RAM, at address 0. */
	static final int MEMORY = 64 << 20;
	/** The device's and its character device's ids. */
	static final String ID = "vport";

	private static final long PATIENCE_S = 20;

	private final Process process;
	private final Path log;
	private final Qtest qtest;
	private final Qmp qmp;
	private final List<String> expected = new ArrayList<>();

	/**
	 * @param folder for two sockets, so its path is short
	 * @param log of what QEMU says
	 * @param arguments of QEMU besides those that the script gives it
	 */
	QtestMachine(Path folder, Path log, List<String> arguments) throws IOException {
		this.log = log;
		if (!Files.isDirectory(VportProcess.root().resolve("build/guest")))
			throw new AssertionError("no build/guest: run ./vport test guest, or cnf/guest/fetch qemu");
		var commands = folder.resolve("qtest");
		var control = folder.resolve("qmp");
		try (var first = listen(commands); var second = listen(control)) {
			var line = new ArrayList<>(List.of(VportProcess.root().resolve("cnf/guest/qemu").toString(), "--memory",
					(MEMORY >> 20) + "M", "--qtest", commands.toString(), "--log", log.toString(), "--", "-qmp",
					"unix:" + control));
			line.addAll(arguments);
			process = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log.toFile()).start();
			process.onExit().thenRun(() -> {
				close(first); // or this would wait for a QEMU that did not start
				close(second);
			});
			qtest = new Qtest(accept(first));
			qmp = new Qmp(accept(second));
		} finally {
			Files.deleteIfExists(commands);
			Files.deleteIfExists(control);
		}
	}

	/** Arguments for the device on a bus, and others. */
	static List<String> device(Path socket, int queues, int queueSize, String... more) {
		var arguments = new ArrayList<>(List.of("-chardev", "socket,id=%s,path=%s".formatted(ID, socket), "-device",
				"vhost-user-test-device-pci,id=%1$s,chardev=%1$s,virtio-id=3,num_vqs=%2$d,vq_size=%3$d,config_size=12"
						.formatted(ID, queues, queueSize)));
		arguments.addAll(List.of(more));
		return arguments;
	}

	private static ServerSocketChannel listen(Path path) throws IOException {
		return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
	}

	private static void close(ServerSocketChannel channel) {
		try {
			channel.close();
		} catch (IOException e) {
			throw new AssertionError(e);
		}
	}

	private SocketChannel accept(ServerSocketChannel channel) throws IOException {
		try {
			return channel.accept();
		} catch (IOException e) {
			process.destroyForcibly();
			throw new AssertionError("QEMU did not start: " + Files.readString(log), e);
		}
	}

	Qtest qtest() {
		return qtest;
	}

	Qmp qmp() {
		return qmp;
	}

	/** QEMU will say this on its standard error, in a line or more; without it that is a failure. */
	void expectWords(String part) {
		expected.add(part);
	}

	/** As a crash of QEMU would. */
	void kill() {
		process.destroyForcibly().onExit().join();
	}

	/** The end of every test: QEMU must have come through it, and complained of nothing else. */
	void quit() throws IOException, InterruptedException {
		if (process.isAlive())
			qmp.quit();
		assertTrue(process.waitFor(PATIENCE_S, TimeUnit.SECONDS), "QEMU does not end");
		var words = Files.readAllLines(log);
		assertEquals(0, process.exitValue(), () -> "QEMU's exit code; it said: " + words);
		assertEquals(List.of(), words.stream().filter(line -> expected.stream().noneMatch(line::contains)).toList());
		assertEquals(List.of(), expected.stream().filter(part -> words.stream().noneMatch(line -> line.contains(part)))
				.toList(), () -> "not said, but: " + words);
	}

	@Override
	public void close() throws IOException {
		kill();
		qtest.close();
		qmp.close();
	}
}
