package bench.scale;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * A folder of configuration files: buses {@code v0}, {@code v1} and so on, each with a console and named ports.
 *
 * @param folder where sockets and the folder {@code conf} are; its path is short, or no socket can be made in it
 * @param guests how many buses
 * @param ports of each, with the console
 */
record Fleet(Path folder, int guests, int ports) {

	/** What scenarios are called. */
	String name() {
		return guests + " guests x " + ports + " ports";
	}

	int queues() {
		return 2 * (ports + 1);
	}

	/**
	 * What vport opens: for each bus a listening socket, the connection, the back-end's channel and two for each queue, as
	 * these guests name no line for errors; two for the console's pseudo terminal, one for the port that listens; and its own.
	 */
	int descriptors() {
		return 100 + guests * (3 + 2 * queues() + 2 + 1) + Math.min(guests, ScaleSuite.BUSY);
	}

	Path conf() {
		return folder.resolve("conf");
	}

	Path socket(int guest) {
		return folder.resolve("v" + guest);
	}

	/** Where a client comes to the guest's port 1. */
	Path clientSocket(int guest) {
		return folder.resolve("v" + guest + ".p1");
	}

	static String portName(int port) {
		return "org.example.p" + port;
	}

	/** The port that is unplugged and plugged. */
	String lastPort() {
		return portName(ports - 1);
	}

	void write() throws IOException {
		Files.createDirectories(conf());
		for (int guest = 0; guest < guests; guest++) {
			Files.writeString(conf().resolve("bus.vhostuser-v" + guest + ".cfg"),
					"socket=" + socket(guest) + "\nports=" + ports + "\n");
			Files.writeString(conf().resolve("port.console-v" + guest + ".cfg"), "bus=v" + guest + "\nid=0\n");
			for (int port = 1; port < ports; port++)
				plug(guest, port);
		}
	}

	/** A port that listens has a descriptor; one that has tried once to connect, and never will again, has none. */
	private void plug(int guest, int port) throws IOException {
		String way = port == 1 ? "listen=unix:" + clientSocket(guest) : "connect=unix:" + folder + "/nobody\nreconnect=0";
		Files.writeString(file(guest, port), "bus=v" + guest + "\nname=" + portName(port) + "\n" + way + "\n");
	}

	private Path file(int guest, int port) {
		return conf().resolve("port.socket-v" + guest + "." + port + ".cfg");
	}

	void unplugLast() throws IOException {
		for (int guest = 0; guest < guests; guest++)
			Files.delete(file(guest, ports - 1));
	}

	void plugLast() throws IOException {
		for (int guest = 0; guest < guests; guest++)
			plug(guest, ports - 1);
	}

	/** Those that are busy when some are: spread over all, and at most every second one. */
	IntStream busy() {
		return IntStream.range(0, guests).filter(this::isBusy);
	}

	boolean isBusy(int guest) {
		int step = Math.max(2, guests / ScaleSuite.BUSY);
		return guest % step == 0 && guest / step < ScaleSuite.BUSY;
	}
}
