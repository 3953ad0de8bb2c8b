package bus.itest;

import static bus.itest.Numbers.digest;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import bus.itest.GuestPrograms.OpenPort;
import bus.itest.GuestPrograms.Program;

/**
 * One vport process with a shell, a bus, ports of every kind, and a guest: the host's side of the scenarios.
 *
 * @param terminal the host's end of the console
 */
record ScenarioMachine(GuestHost host, GuestPrograms programs, GuestConsole terminal) {
	/** What UML has queues for. */
	static final int PORTS = 31;
	static final String LOG = "log";
	static final String OTHER = "other";
	/** 12.6 MB, more than 128 descriptors of 32 KiB and a socket hold together. */
	static final Numbers MORE_THAN_FITS = new Numbers(10_000_000, 11_399_999);

	private static final int SOAK = 100_000;
	private static final int HIGHEST = PORTS - 1;

	/**
	 * @param sockets labels of ports
	 */
	static ScenarioMachine boot(GuestKind kind, GuestHost host, List<String> sockets) throws Exception {
		var files = host.configuration();
		var socket = files.bus("vm1", PORTS, kind.busKeys());
		var link = files.console("console", "vm1");
		for (int i = 0; i < sockets.size(); i++)
			files.socket(sockets.get(i), "vm1", HIGHEST - i); // downwards: numbers do not follow names
		files.file(LOG, "vm1");
		host.startOnTerminal("ansi");
		host.vport().resizeTerminal(200, 50);
		return start(kind, host, socket, PORTS, link, 1);
	}

	/** With a configuration of the caller's, on a host that was started. */
	static ScenarioMachine start(GuestKind kind, GuestHost host, Path socket, int ports, Path link, int processors)
			throws Exception {
		if (kind.isLinux()) {
			host.boot(kind, socket, ports, processors);
			var terminal = host.login(link);
			return new ScenarioMachine(host, new LinuxPrograms(terminal), terminal);
		}
		var terminal = host.console(link);
		var programs = new DriverPrograms(socket, ports, terminal);
		host.endsWith(programs.driver()::close);
		return new ScenarioMachine(host, programs, terminal);
	}

	/** As the guest should see them; the port without a number of its own has the lowest. */
	static List<String> ports(List<String> sockets) {
		var ports = new ArrayList<>(List.of("0 org.vport.console", "1 org.vport." + LOG));
		for (int i = sockets.size() - 1; i >= 0; i--)
			ports.add(HIGHEST - i + " org.vport." + sockets.get(i));
		return ports;
	}

	PortClient connect(String label) throws IOException {
		return PortClient.connect(host.configuration().path(label + ".sock"));
	}

	/** A client of a port, and a guest that knows of it: it writes a line first, which waits for a client. */
	PortClient greeted(String label, OpenPort port) throws Exception {
		var client = connect(label);
		greet(client, port);
		return client;
	}

	static void greet(PortClient client, OpenPort port) throws Exception {
		var hello = port.write(new Numbers(0, 0), 2);
		if (!client.line().equals("0") || !hello.problem().isEmpty())
			throw new AssertionError("no greeting: " + hello.problem());
	}

	/** Waits until {@code vport:list} shows these states of a port's two sides. */
	void awaitSides(String label, String guest, String host) throws IOException, InterruptedException {
		var row = Pattern.compile("(?m) " + label + " +plugged +" + guest + " +" + host + "$");
		this.host.vport().listWhen(list -> row.matcher(list.replace("\r", "")).find());
	}

	/** Plugs a port while the guest runs. */
	void plug(String label, int id) throws IOException, InterruptedException {
		host.configuration().socket(label, "vm1", id);
		programs.awaitPort(label);
	}

	void unplug(String label) throws IOException {
		host.configuration().remove("port.socket-" + label);
	}

	String logged() throws IOException {
		return Files.readString(host.configuration().path(LOG + ".out"));
	}

	/** Waits until the guest's text is the last in the file. */
	void awaitLogged(String text) throws IOException, InterruptedException {
		host.vport().await(vport -> logged().endsWith(text), "text " + text + " in the file of the port");
	}

	/**
	 * Has a guest write {@link #MORE_THAN_FITS}, which nobody reads yet, and waits until it must wait. It has the bytes
	 * from the client: it takes a guest long to count so far.
	 */
	Program fill(String label, OpenPort port, PortClient client) throws Exception {
		var bytes = MORE_THAN_FITS.bytes();
		var reader = port.read(bytes.length, bytes.length / 10);
		client.send(bytes);
		if (!reader.problem().isEmpty())
			throw new AssertionError(reader.problem());
		var writer = port.writeBack(1 << 20);
		awaitSides(label, "open", "full");
		writer.awaitBlocked();
		return writer;
	}

	/** On a port of their own. */
	void assertOthersGoOn() throws Exception {
		var port = programs.open(OTHER);
		try (var client = greeted(OTHER, port)) {
			client.send("as ever");
			assertEquals(digest("as ever"), port.read(7, 7).taken());
		}
		port.close();
	}

	void soak(String label) throws Exception {
		var expected = IntStream.rangeClosed(1, SOAK).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining())
				.getBytes(StandardCharsets.US_ASCII);
		try (var client = connect(label)) {
			var loop = programs.writeLines(label, SOAK);
			assertArrayEquals(expected, client.receive(expected.length));
			assertEquals("", loop.problem());
		}
	}
}
