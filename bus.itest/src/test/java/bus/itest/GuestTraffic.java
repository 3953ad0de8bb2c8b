package bus.itest;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import bus.itest.PacedClient.Pace;

/** The program {@code traffic} in a real guest: one process that writes to and reads from many ports at once. */
final class GuestTraffic {
	private static final Duration PATIENCE = Duration.ofSeconds(60);
	private static final String COMMANDS = "/tmp/traffic.in";
	private static final String OUTPUT = "/tmp/traffic.out";
	private static final Pattern COUNTS = Pattern
			.compile("port (\\S+) in=(\\d+) out=(\\d+) reads=(\\d+) worst_us=(\\d+) closed=(\\d+)");
	private static final Pattern GAP = Pattern.compile("gap (\\S+) us=(\\d+)");

	private final GuestConsole console;
	private int marks;

	/**
	 * What the program has done with a port.
	 *
	 * @param reads since the mark before, that brought something
	 * @param worstNanos the longest time between two of them while the host was open
	 * @param closed how often the host was found closed
	 */
	record Counts(long in, long out, long reads, long worstNanos, long closed) {
	}

	/**
	 * Begins.
	 *
	 * @param seed of the first port; each has two numbers of its own from there on
	 * @param ports names, and how the program writes to each
	 */
	GuestTraffic(GuestConsole console, long seed, Map<String, Pace> ports) throws IOException, InterruptedException {
		this.console = console;
		var arguments = ports.entrySet().stream().map(port -> port.getKey() + ":" + port.getValue().piece() + ":"
				+ port.getValue().micros()).collect(Collectors.joining(" "));
		console.run("set +m; mkfifo " + COMMANDS);
		console.run("traffic %d %s <>%s >%s 2>&1 &".formatted(seed, arguments, COMMANDS, OUTPUT));
	}

	/** The counts of each port by its name; longest times and numbers of reads begin anew. */
	Map<String, Counts> mark() throws IOException, InterruptedException {
		marks++;
		command("m");
		console.run("until [ $(grep -c ^end %s) -ge %d ] || ! pidof traffic; do usleep 20000; done".formatted(OUTPUT,
				marks), PATIENCE);
		var counts = new HashMap<String, Counts>();
		// the last of each port is what stays
		for (var line : console.run("grep ^port %s | tail -n 40".formatted(OUTPUT)).lines().toList()) {
			var row = COUNTS.matcher(line);
			if (row.matches())
				counts.put(row.group(1), new Counts(number(row.group(2)), number(row.group(3)), number(row.group(4)),
						number(row.group(5)) * 1000, number(row.group(6))));
		}
		return counts;
	}

	private static long number(String digits) {
		return Long.parseLong(digits);
	}

	void stopWriting() throws IOException, InterruptedException {
		command("s");
	}

	private void command(String letter) throws IOException, InterruptedException {
		console.run("printf %s >%s".formatted(letter, COMMANDS));
	}

	/** What the program complained about. */
	List<String> complaints() throws IOException, InterruptedException {
		return console.run("grep -v -e ^port -e ^gap -e ^end " + OUTPUT + " || true").lines().toList();
	}

	/** How long each closing of the host lasted for a port, from the last bytes before to the first after, since a mark. */
	long[] gaps(String port, int mark) throws IOException, InterruptedException {
		var lines = console.run("awk '/^end/ { n++ } /^gap/ && n >= %d' %s".formatted(mark, OUTPUT), PATIENCE);
		return lines.lines().map(GAP::matcher).filter(gap -> gap.matches() && gap.group(1).equals(port))
				.mapToLong(gap -> number(gap.group(2)) * 1000).toArray();
	}
}
