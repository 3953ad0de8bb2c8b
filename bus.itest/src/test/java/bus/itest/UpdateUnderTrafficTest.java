package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import bus.itest.PacedClient.Pace;

/**
 * One bundle is updated again and again while a real guest talks through eight ports: three of that bundle, one of them
 * with a client that is always behind, and five of another vendor's.
 */
@Tag("guest")
@Timeout(value = 900, unit = TimeUnit.SECONDS)
class UpdateUnderTrafficTest {
	private static final int UPDATES = 100;
	private static final int PORTS = 15;
	private static final String UPDATED = "port.socket";
	private static final String NEIGHBOUR = "port.vendor";
	private static final String LOG = "org.vport.log";
	private static final Pace MESSAGES = new Pace(256, 2000);
	private static final Pace LOGGED = new Pace(64, 10_000);
	/** Between two updates, and of what the neighbours are watched without one. */
	private static final int PAUSE_MILLIS = 100;

	@RegisterExtension
	final Seed seed = new Seed();
	@TempDir
	Path jars;

	/**
	 * A port with traffic both ways.
	 *
	 * @param bundle whose port it is
	 * @param guest how the program in the guest writes
	 * @param reading how fast its client reads
	 */
	private record Line(String name, String bundle, boolean tcp, Pace guest, Pace reading) {
		boolean updated() {
			return bundle.equals(UPDATED);
		}
	}

	private static final List<Line> TRAFFIC = List.of( //
			new Line("unix", UPDATED, false, MESSAGES, Pace.FULL_SPEED),
			new Line("tcp", UPDATED, true, MESSAGES, Pace.FULL_SPEED),
			new Line("behind", UPDATED, false, new Pace(8 << 10, 4000), new Pace(1 << 10, 2000)),
			new Line("other1", NEIGHBOUR, false, MESSAGES, Pace.FULL_SPEED),
			new Line("other2", NEIGHBOUR, false, MESSAGES, Pace.FULL_SPEED),
			new Line("other3", NEIGHBOUR, false, MESSAGES, Pace.FULL_SPEED),
			new Line("other4", NEIGHBOUR, true, MESSAGES, Pace.FULL_SPEED),
			new Line("other5", NEIGHBOUR, true, MESSAGES, Pace.FULL_SPEED));

	private final Map<String, PacedClient> clients = new LinkedHashMap<>();
	private GuestHost host;
	private GuestTraffic traffic;
	private long first;
	private long bundle;
	private BundleJar[] versions;
	private int updates;
	private int commands;

	@EachLinux
	void socketBundle_updated100Times_8PortsLoseNothing(GuestKind kind) throws Exception {
		try (var started = new GuestHost(UpdateUnderTrafficTest.class, kind.toString())) {
			host = started;
			first = seed.below(1 << 30);
			versions = new BundleJar[] { BundleJar.built(UPDATED).version("1.0.1", jars),
					BundleJar.built(UPDATED).version("1.0.2", jars) };
			Figures.machine();
			var console = boot(kind);
			begin(console);
			watch(kind, "quiet", () -> command("echo"));
			watch(kind, "updating", this::update);
			assertNothingLost(kind);
			host.assertComplaints("port.vendor");
		} finally {
			for (var client : clients.values())
				client.close();
		}
	}

	private GuestConsole boot(GuestKind kind) throws Exception {
		var files = host.configuration();
		var socket = files.bus("vm1", PORTS);
		var link = files.console("console", "vm1");
		files.file("log", "vm1");
		host.startOnTerminal();
		host.vport().await(vport -> vport.out().stream().anyMatch(line -> line.startsWith("vport> ")), "prompt");
		var vendor = BundleJar.built(UPDATED).named(NEIGHBOUR, jars);
		var id = host.vport().ask("install " + vendor.url(), "Bundle ID: (\\d+)\\s").group(1);
		command("start " + id);
		bundle = Long.parseLong(host.vport().ask("lb", "^ +(\\d+)\\|Active +\\| +\\d+\\|port\\.socket ").group(1));
		host.boot(kind, socket, PORTS);
		var console = host.login(link);
		int line = 0;
		for (var port : TRAFFIC) {
			var address = address(port);
			var listen = address instanceof InetSocketAddress tcp ? "tcp:127.0.0.1:" + tcp.getPort()
					: "unix:" + address;
			files.write(port.bundle() + "-" + port.name(), "bus=vm1", "name=org.vport." + port.name(),
					"listen=" + listen);
			console.run("until [ -c /dev/virtio-ports/org.vport.%s ]; do usleep 10000; done".formatted(port.name()));
			clients.put(port.name(), new PacedClient(address, first + 2 * line++, MESSAGES, port.reading()));
		}
		return console;
	}

	private SocketAddress address(Line port) throws IOException {
		return port.tcp() ? FreePort.find()
				: UnixDomainSocketAddress.of(host.configuration().path(port.name() + ".sock"));
	}

	private void begin(GuestConsole console) throws Exception {
		var ports = new LinkedHashMap<String, Pace>();
		for (var port : TRAFFIC)
			ports.put("org.vport." + port.name(), port.guest());
		ports.put(LOG, LOGGED);
		traffic = new GuestTraffic(console, first, ports);
		awaitTraffic();
	}

	/** Until more has come through each port than before. */
	private void awaitTraffic() {
		var before = clients.values().stream().mapToLong(PacedClient::received).toArray();
		int i = 0;
		for (var client : clients.entrySet()) {
			long seen = before[i++];
			Await.until("bytes through " + client.getKey() + " " + client.getValue().problem(),
					() -> client.getValue().received() > seen);
		}
	}

	/** Does something so many times, and prints how long each port was without a byte meanwhile, in both directions. */
	private void watch(GuestKind kind, String what, Step step) throws Exception {
		var waits = new LinkedHashMap<String, List<Long>>();
		clients.keySet().forEach(name -> waits.put(name, new ArrayList<>()));
		traffic.mark();
		int from = traffic.marks();
		var took = new long[UPDATES];
		for (int i = 0; i < UPDATES; i++) {
			clients.values().forEach(PacedClient::longestWait);
			long begun = System.nanoTime();
			step.run();
			took[i] = System.nanoTime() - begun;
			awaitTraffic();
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS / 2 + seed.below(PAUSE_MILLIS)));
			clients.forEach((name, client) -> waits.get(name).add(client.longestWait()));
			traffic.mark();
		}
		Figures.print(kind + " " + what, "the command in the shell: %s", Figures.spread(took));
		for (var port : TRAFFIC) {
			if (port.updated())
				Figures.print(kind + " " + what, "%s, updated: longest wait of guest %s closed=%d, of client %s",
						port.name(), Figures.spread(inGuest(port, from)),
						traffic.closings("org.vport." + port.name(), from, traffic.marks()),
						Figures.spread(longs(waits.get(port.name()))));
		}
		printNeighbours(kind + " " + what, from, waits);
	}

	private long[] inGuest(Line port, int from) throws Exception {
		return traffic.longestWaits("org.vport." + port.name(), from, traffic.marks());
	}

	private static long[] longs(List<Long> list) {
		return list.stream().mapToLong(Long::longValue).toArray();
	}

	private void printNeighbours(String what, int from, Map<String, List<Long>> waits) throws Exception {
		var inGuest = new ArrayList<Long>();
		var onHost = new ArrayList<Long>();
		for (var port : TRAFFIC)
			if (!port.updated()) {
				LongStream.of(inGuest(port, from)).forEach(inGuest::add);
				onHost.addAll(waits.get(port.name()));
			}
		Figures.print(what, "5 neighbours: longest wait of guest %s, of client %s",
				Figures.spread(longs(inGuest)), Figures.spread(longs(onHost)));
	}

	@FunctionalInterface
	private interface Step {
		void run() throws Exception;
	}

	private void update() throws Exception {
		command("update " + bundle + " " + versions[updates++ % 2].url());
	}

	private void command(String command) throws Exception {
		commands++;
		host.vport().ask(command + "; echo do\"\"ne " + commands, "\\bdone " + commands + "$");
	}

	/** All that was sent has come, each byte at its place: who checks would have stopped otherwise. */
	private void assertNothingLost(GuestKind kind) throws Exception {
		for (var client : clients.values())
			client.finish();
		traffic.stopWriting();
		Await.until("everything that was sent", this::isAllThere);
		for (var client : clients.entrySet())
			assertEquals("", client.getValue().problem(), client.getKey());
		assertEquals(List.of(), traffic.complaints());
		var log = Files.readAllBytes(host.configuration().path("log.out"));
		assertTrue(log.length > 0);
		assertEquals(-1, new EndlessBytes(first + 2 * TRAFFIC.size() + 1).mismatch(log, log.length, 0));
		long bytes = clients.values().stream().mapToLong(client -> client.sent() + client.received()).sum();
		Figures.print(kind + " traffic", "bytes=%d updates=%d lost=0 doubled=0", bytes + log.length, UPDATES);
	}

	private boolean isAllThere() throws Exception {
		var counts = traffic.counts();
		for (var client : clients.entrySet()) {
			var count = counts.get("org.vport." + client.getKey());
			if (count.in() != client.getValue().sent() || count.out() != client.getValue().received())
				return false;
		}
		return counts.get(LOG).out() == Files.size(host.configuration().path("log.out"));
	}
}
