package bus.itest;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A kind of port that arrives as a bundle while a real guest runs: how long until the guest has its device node. */
@Tag("guest")
@Timeout(value = 400, unit = TimeUnit.SECONDS)
class HotPlugTest {
	private static final int ROUNDS = 25;
	private static final int PORTS = 7;
	private static final String KIND = "port.vendor";
	private static final String LINK = "org.vport.hot";

	@TempDir
	Path jars;

	/** The guest's own program says what has appeared, through a port of its own; that takes part of a millisecond. */
	@EachLinux
	void bundle_installedAndStarted_guestHasTheNode(GuestKind kind) throws Exception {
		try (var host = new GuestHost(HotPlugTest.class, kind.toString())) {
			Figures.machine();
			var files = host.configuration();
			var socket = files.bus("vm1", PORTS);
			var link = files.console("console", "vm1");
			files.write("bus.whiteboard", "grace=0"); // what is uninstalled has gone
			var events = files.socket("events", "vm1", 5);
			files.write(KIND + "-hot", "bus=vm1", "name=" + LINK, "id=6", "listen=unix:" + files.path("hot.sock"));
			host.startOnTerminal();
			host.vport().await(vport -> vport.out().stream().anyMatch(line -> line.startsWith("vport> ")), "prompt");
			host.boot(kind, socket, PORTS);
			var console = host.login(link);
			try (var client = PortClient.connect(events)) {
				console.run("set +m; appear /dev /dev/virtio-ports >/dev/virtio-ports/org.vport.events 2>&1 &");
				client.lines("ready");
				rounds(kind, host.vport(), console, client);
			}
			host.assertComplaints(KIND);
		}
	}

	private void rounds(GuestKind kind, VportProcess vport, GuestConsole console, PortClient client) throws Exception {
		var jar = BundleJar.built("port.socket").named(KIND, jars);
		var nodes = new long[ROUNDS];
		var links = new long[ROUNDS];
		long bundle = Long.parseLong(vport.ask("install " + jar.url(), "Bundle ID: (\\d+)\\s").group(1));
		vport.ask("uninstall " + bundle + "; echo go\"\"ne", "\\bgone$");
		for (int i = 0; i < ROUNDS; i++) {
			bundle++;
			long entered = System.nanoTime();
			vport.type("install " + jar.url() + "; start " + bundle);
			client.lines("vport0p"); // the first device
			nodes[i] = System.nanoTime() - entered;
			client.lines(LINK);
			links[i] = System.nanoTime() - entered;
			vport.ask("uninstall " + bundle + "; echo go\"\"ne " + i, "\\bgone " + i + "$");
			console.run("until [ ! -L /dev/virtio-ports/%s ]; do usleep 10000; done".formatted(LINK));
		}
		Figures.print(kind + " hot-plug", "from the Enter key to /dev/vportNpM %s", Figures.spread(nodes));
		Figures.print(kind + " hot-plug", "from the Enter key to /dev/virtio-ports/NAME %s", Figures.spread(links));
	}
}
