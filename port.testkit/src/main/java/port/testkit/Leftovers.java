package port.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Descriptors and platform threads of this process at one moment. Others come and go in a JVM too; so what counts is
 * growth by as many as there were attempts.
 */
record Leftovers(Map<String, Integer> descriptors, Map<String, Integer> threads) {

	static Leftovers now() throws IOException {
		var descriptors = new HashMap<String, Integer>();
		try (var open = Files.list(Path.of("/proc/self/fd"))) {
			for (var link : open.toList())
				descriptors.merge(target(link), 1, Integer::sum);
		}
		var threads = new HashMap<String, Integer>();
		for (var thread : Thread.getAllStackTraces().keySet())
			threads.merge(thread.getName().replaceAll("[0-9]+", "#"), 1, Integer::sum);
		return new Leftovers(descriptors, threads);
	}

	/** Sockets and pipes differ by their numbers only. */
	private static String target(Path link) {
		try {
			return Files.readSymbolicLink(link).toString().replaceAll("\\[[0-9]+\\]", "").replaceAll("[0-9]+", "#");
		} catch (IOException e) {
			return "closed meanwhile";
		}
	}

	private static int sum(Map<String, Integer> counts) {
		return counts.values().stream().mapToInt(Integer::intValue).sum();
	}

	/** What there is {@code least} or more of now and was not then; empty if that is nothing. */
	String since(Leftovers before, int least) {
		return more("descriptors", before.descriptors, descriptors, least)
				+ more("threads", before.threads, threads, least);
	}

	private static String more(String what, Map<String, Integer> before, Map<String, Integer> now, int least) {
		if (sum(now) - sum(before) < least)
			return "";
		var grown = new TreeMap<String, Integer>();
		now.forEach((name, count) -> {
			int growth = count - before.getOrDefault(name, 0);
			if (growth > 0)
				grown.put(name, growth);
		});
		return what + " left behind: " + grown + " ";
	}
}
