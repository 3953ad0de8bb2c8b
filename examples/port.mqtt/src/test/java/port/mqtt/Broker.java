package port.mqtt;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A real mosquitto of Debian's, fetched as the guests are, on a port of its own; it keeps its sessions on disk. */
final class Broker implements AutoCloseable {
	private static final Path GUEST = Path.of("../../cnf/guest").toAbsolutePath().normalize();
	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final Path folder;
	private final int port;
	private Process process;

	Broker(Path folder) throws IOException, InterruptedException {
		this.folder = folder;
		try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			port = free.getLocalPort();
		}
		run(List.of(GUEST.resolve("fetch").toString(), "mosquitto"));
		Files.writeString(folder.resolve("mosquitto.conf"), """
				listener %d 127.0.0.1
				allow_anonymous true
				persistence true
				persistence_location %s/
				max_queued_messages 0
				user %s
				""".formatted(port, folder, System.getProperty("user.name")));
		start();
	}

	private static void run(List<String> command) throws IOException, InterruptedException {
		var process = new ProcessBuilder(command).inheritIO().start();
		if (process.waitFor() != 0)
			throw new IOException(command + ": exit code " + process.exitValue());
	}

	String address() {
		return "tcp://127.0.0.1:" + port;
	}

	Peer peer(String hears, String says, int qos) {
		return new Peer("127.0.0.1", port, hears, says, qos);
	}

	/** Returns when it listens. */
	void start() throws IOException {
		process = new ProcessBuilder(GUEST.resolve("mosquitto").toString(), "-c",
				folder.resolve("mosquitto.conf").toString()).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("mosquitto.log").toFile())).start();
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		while (!listens()) {
			if (!process.isAlive() || System.nanoTime() - deadline > 0)
				throw new IOException("mosquitto does not listen: " + Files.readString(folder.resolve("mosquitto.log")));
			Thread.onSpinWait();
		}
	}

	private boolean listens() {
		try (var socket = new Socket()) {
			socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
			return true;
		} catch (IOException e) {
			return false;
		}
	}

	/** As a machine's shutdown does it: what it has promised to keep is on disk then. */
	void stop() throws InterruptedException {
		process.destroy();
		if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
			process.destroyForcibly();
	}

	@Override
	public void close() {
		process.destroyForcibly();
	}
}
