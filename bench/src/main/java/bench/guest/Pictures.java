package bench.guest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

import bench.Plot;
import bench.Plot.Form;

/** What the figures look like: of the main machine most, of the others what is different there. */
final class Pictures {
	private static final String MAIN = GuestSuite.QEMU + ": ";
	private static final List<String> WRITTEN = List.of("1 B", "64 B", "4 KiB", "32 KiB", "1 MiB");
	private static final List<String> SENT = List.of("64 B", "4 KiB", "64 KiB", "1 MiB");

	private Pictures() {
	}

	static List<Plot> all() {
		var all = new ArrayList<Plot>();
		for (var ports : List.of("1 port", "8 ports")) {
			var name = ports.replace(' ', '-');
			all.add(plot("guest-out-" + name, "guest to host, " + ports, "throughput", out(MAIN, ports)));
			all.add(plot("guest-in-" + name, "host to guest, " + ports, "throughput", in(MAIN, ports)));
		}
		all.add(plot("guest-out-cpu", "guest to host: CPU of QEMU and back-end", "CPU", out(MAIN, "1 port")));
		all.add(plot("guest-in-cpu", "host to guest: CPU of QEMU and back-end", "CPU", in(MAIN, "1 port")));
		all.add(plot("guest-out-calls", "guest to host: system calls", "system calls", out(MAIN, "1 port")));
		all.add(plot("guest-in-calls", "host to guest: system calls", "system calls", in(MAIN, "1 port")));
		for (var quantity : List.of("round trip p50", "round trip p99", "round trip p99.9"))
			all.add(new Plot("guest-" + quantity.substring(quantity.lastIndexOf(' ') + 1).replace('.', '-'),
					"ping-pong in QEMU, 1 vCPU", quantity, "begun by, size", Form.BARS, pings(MAIN)));
		var uml = GuestSuite.UML + ": ";
		all.add(plot("guest-uml-out-cpu", "guest to host, user-mode Linux: CPU of the back-end", "CPU", out(uml, "1 port")));
		all.add(plot("guest-uml-in-cpu", "host to guest, user-mode Linux: CPU of the back-end", "CPU", in(uml, "1 port")));
		return all;
	}

	private static Plot plot(String file, String title, String quantity, LinkedHashMap<String, String> points) {
		return new Plot(file, title, quantity, "size of a write", Form.LOG_BARS, points);
	}

	private static LinkedHashMap<String, String> out(String place, String ports) {
		return Plot.points(WRITTEN, size -> place + "guest to host, " + size + ", " + ports);
	}

	private static LinkedHashMap<String, String> in(String place, String ports) {
		return Plot.points(SENT, size -> place + "host to guest, " + size + ", " + ports);
	}

	private static LinkedHashMap<String, String> pings(String place) {
		return Plot.points("host, 1 B", place + "ping-pong begun by the host, 1 B", "host, 1 KiB",
				place + "ping-pong begun by the host, 1 KiB", "guest, 1 B", place + "ping-pong begun by the guest, 1 B",
				"guest, 1 KiB", place + "ping-pong begun by the guest, 1 KiB");
	}
}
