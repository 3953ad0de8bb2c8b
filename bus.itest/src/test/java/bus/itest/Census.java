package bus.itest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a Java process holds after a full collection.
 *
 * @param loaders class loaders of bundles
 * @param ported objects of the kinds of ports' own classes
 * @param ours objects of all of vport's classes
 * @param classes loaded ones, of whatever loader
 * @param descriptors open ones, by what they lead to
 * @param threads all of them, the virtual machine's own included
 */
record Census(long loaders, long ported, long ours, long classes, Map<String, Long> descriptors, long threads) {
	private static final Pattern ROW = Pattern.compile("^ *\\d+: +(\\d+) +\\d+ +(\\S+).*");
	private static final Pattern LOADER = Pattern.compile(".*BundleWiringImpl\\$BundleClassLoader");
	private static final Pattern PORTED = Pattern.compile("\\[*L?port\\..*");
	private static final Pattern OURS = Pattern.compile("\\[*L?(bus|port|guest)\\..*");
	private static final Pattern CLASS = Pattern.compile("java\\.lang\\.Class");

	static Census of(long pid) throws IOException, InterruptedException {
		var rows = histogram(pid);
		return new Census(sum(rows, LOADER), sum(rows, PORTED), sum(rows, OURS), sum(rows, CLASS), descriptors(pid),
				count(Path.of("/proc/%d/task".formatted(pid))));
	}

	/** The command collects before it counts. */
	private static List<String> histogram(long pid) throws IOException, InterruptedException {
		var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
		var process = new ProcessBuilder(jcmd, String.valueOf(pid), "GC.class_histogram").redirectErrorStream(true)
				.start();
		try (var lines = process.inputReader()) {
			var rows = lines.lines().toList();
			if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0)
				throw new AssertionError("jcmd: " + rows);
			return rows;
		}
	}

	private static long sum(List<String> rows, Pattern wanted) {
		return rows.stream().map(ROW::matcher).filter(row -> row.matches() && wanted.matcher(row.group(2)).matches())
				.mapToLong(row -> Long.parseLong(row.group(1))).sum();
	}

	private static Map<String, Long> descriptors(long pid) throws IOException {
		try (var open = Files.list(Path.of("/proc/%d/fd".formatted(pid)))) {
			return open.map(Census::target).collect(Collectors.groupingBy(to -> to, TreeMap::new,
					Collectors.counting()));
		}
	}

	/** Without the inode's number, and of a file the folder alone. */
	private static String target(Path descriptor) {
		try {
			var to = Files.readSymbolicLink(descriptor);
			return to.isAbsolute() ? String.valueOf(to.getParent()) : to.toString().replaceAll(":\\[\\d+\\]", "");
		} catch (IOException e) {
			return "closed meanwhile";
		}
	}

	private static long count(Path folder) throws IOException {
		try (var files = Files.list(folder)) {
			return files.count();
		}
	}

	long open() {
		return descriptors.values().stream().mapToLong(Long::longValue).sum();
	}

	/** What there is more of than then; a leak of one a cycle is hundreds. */
	boolean hasGrownSince(Census then, int slack) {
		return loaders > then.loaders || ported > then.ported || ours > then.ours + slack
				|| classes > then.classes + slack * 10L || open() > then.open() + slack
				|| threads > then.threads + slack;
	}

	String figures() {
		return "loaders=%d ported=%d ours=%d classes=%d descriptors=%d threads=%d".formatted(loaders, ported, ours,
				classes, open(), threads);
	}
}
