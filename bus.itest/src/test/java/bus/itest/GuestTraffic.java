package bus.itest;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import bus.itest.PacedClient.Pace;

/** The program {@code traffic} in a real guest: one process that writes to and reads from many ports at once. */
final class GuestTraffic {
	private static final Duration PATIENCE = Duration.ofSeconds(60);
	private static final String COMMANDS = "/tmp/traffic.in";
	private static final String OUTPUT = "/tmp/traffic.out";
	private static final Pattern COUNTS = Pattern.compile("port (\\S+) in=(\\d+) out=(\\d+) .*");

	private final GuestConsole console;
	private int marks;

	/** How many bytes the program has read from a port and written to it. */
	record Counts(long in, long out) {
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

	/** From about here on longest times are counted anew: nobody waits for the shell, which may be slow. */
	void mark() throws IOException {
		marks++;
		command("m");
	}

	int marks() {
		return marks;
	}

	/** By name of the port. */
	Map<String, Counts> counts() throws IOException, InterruptedException {
		mark();
		console.run("until [ $(grep -c ^end %s) -ge %d ] || ! pidof traffic; do usleep 20000; done".formatted(OUTPUT,
				marks), PATIENCE);
		var counts = new HashMap<String, Counts>();
		// the last of each port is what stays
		for (var line : console.run("grep ^port %s | tail -n 40".formatted(OUTPUT)).lines().toList()) {
			var row = COUNTS.matcher(line);
			if (row.matches())
				counts.put(row.group(1), new Counts(number(row.group(2)), number(row.group(3))));
		}
		return counts;
	}

	private static long number(String digits) {
		return Long.parseLong(digits);
	}

	void stopWriting() throws IOException {
		command("s");
	}

	private void command(String letter) throws IOException {
		console.type("printf %s >%s\n".formatted(letter, COMMANDS));
	}

	/** What the program complained about. */
	List<String> complaints() throws IOException, InterruptedException {
		return console.run("grep -v -e ^port -e ^end " + OUTPUT + " || true").lines().toList();
	}

	/** The longest time without a byte for a port between each two marks from one to another. */
	long[] longestWaits(String port, int from, int to) throws IOException, InterruptedException {
		return column(port, from, to, "longest_us").map(micros -> micros * 1000).toArray();
	}

	/** Between how many of these marks the program found the host closed. */
	long closings(String port, int from, int to) throws IOException, InterruptedException {
		return column(port, from, to, "closed").filter(times -> times > 0).count();
	}

	private LongStream column(String port, int from, int to, String name) throws IOException, InterruptedException {
		var numbers = console.run("awk '/^end/ { n++ } /^port %s / && n >= %d && n < %d' %s | sed 's/.* %s=//; s/ .*//'"
				.formatted(port, from, to, OUTPUT, name), PATIENCE);
		return numbers.lines().mapToLong(GuestTraffic::number);
	}
}
