package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A garbage collector under which vport can be run. One that is not vport's own gets an archive of classes of its own,
 * because archives fit one layout of objects; without it the comparison would be with and without an archive.
 *
 * @param arm its name among the figures
 * @param option chooses it; empty for what vport comes with
 */
public record Collector(String arm, String option) {
	public static final Collector OURS = new Collector("vport", "");
	public static final Collector SERIAL = new Collector("Serial", "-XX:+UseSerialGC");
	public static final Collector G1 = new Collector("G1", "-XX:+UseG1GC");

	/** Options for Java; makes what they need with a run of vport that is thrown away. */
	public String prepare(Settings settings, Path config) throws IOException {
		if (option.isEmpty())
			return "";
		var choice = "-XX:-UseZGC " + option; // ZGC's own options are ignored by the others
		var archive = settings.build().resolve(arm + ".jsa");
		Files.deleteIfExists(archive);
		try (var run = new Application(settings, config, choice + " -XX:SharedArchiveFile=" + base()
				+ " -XX:ArchiveClassesAtExit=" + archive)) {
			run.process();
		}
		return choice + " -XX:SharedArchiveFile=" + archive;
	}

	/** Java's own archive, which has its own classes only. */
	private static String base() {
		return Path.of(System.getProperty("java.home"), "lib/server/classes.jsa").toString();
	}
}
