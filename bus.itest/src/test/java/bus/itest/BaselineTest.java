package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The build of a copy of bus.api, changed as somebody in a hurry would: it fails, and says which version is due. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BaselineTest {
	@TempDir
	Path folder;

	@ParameterizedTest
	@CsvSource({ "SerialBus, String vm();, String machine();, 2.0.0", // removed
			"Attachable, Attachment attach(Consumer<ByteBuffer> output);, Attachment attach(Consumer<ByteBuffer> output); void told();, 2.0.0", // ports have to implement it
			"SerialBus, String vm();, String vm(); String machine();, 1.1.0" }) // the bus has to, ports do not
	void changeThatItsVersionDoesNotTell_buildFails(String type, String before, String after, String due)
			throws Exception {
		copy();
		replace("PackageVersion", "VALUE = \".*\"", "VALUE = \"1.0.0\"");
		replace(type, Pattern.quote(before), after);
		var log = folder.resolve("log");
		var maven = Path.of(System.getProperty("vport.maven"), "bin/mvn").toString();
		var build = new ProcessBuilder(maven, "-B", "-ntp", "-o", "-DskipTests", "-f", "bus.api/pom.xml", "verify")
				.directory(folder.toFile()).redirectErrorStream(true)
				.redirectOutput(log.toFile()).start();
		try {
			assertNotEquals(0, build.waitFor(), () -> read(log));
		} finally {
			build.destroy();
		}
		var said = read(log);
		assertTrue(said.contains("Baseline problems detected"), said);
		var line = said.lines().filter(it -> it.contains("* bus.api ")).findFirst().orElse(said);
		assertEquals(due, line.strip().split("\\s+")[7], said);
	}

	/** All that a build of bus.api reads. */
	private void copy() throws IOException {
		var root = VportProcess.root();
		try (var files = Files.walk(root.resolve("bus.api/src/main"))) {
			for (var file : files.filter(Files::isRegularFile).toList())
				copy(root, file);
		}
		for (var name : new String[] { "pom.xml", "bnd.bnd", "bus.api/pom.xml", "bus.api/bnd.bnd" })
			copy(root, root.resolve(name));
		Files.createDirectory(folder.resolve("cnf"));
		Files.createSymbolicLink(folder.resolve("cnf/release"), root.resolve("cnf/release"));
	}

	private void copy(Path root, Path file) throws IOException {
		var to = folder.resolve(root.relativize(file));
		Files.createDirectories(to.getParent());
		Files.copy(file, to);
	}

	private void replace(String type, String pattern, String by) throws IOException {
		var file = folder.resolve("bus.api/src/main/java/bus/api/" + type + ".java");
		var before = Files.readString(file);
		var after = before.replaceAll(pattern, by);
		assertNotEquals(before, after, "nothing of " + type + " was changed");
		Files.writeString(file, after);
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		} catch (IOException e) {
			throw new AssertionError(e);
		}
	}
}
