package guest.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import bus.linux.Linux;

/** The program of docs/guest-driver.md, as it stands there, in a plain Java with nothing else on its class path. */
@Timeout(120)
final class GuestDriverPageTest {
	private static final String INDENT = "    ";

	@TempDir
	Path folder;

	private static String program() throws Exception {
		try (var lines = Files.lines(Path.of("..", "docs", "guest-driver.md"))) {
			return lines.dropWhile(line -> !line.startsWith(INDENT + "// Hello.java"))
					.takeWhile(line -> line.isBlank() || line.startsWith(INDENT))
					.map(line -> line.isBlank() ? "" : line.substring(INDENT.length()))
					.collect(Collectors.joining("\n"));
		}
	}

	private static String location(Class<?> of) throws URISyntaxException {
		return Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
	}

	@Test
	void program_ofThePage_talksToTheHost() throws Exception {
		var source = Files.writeString(folder.resolve("Hello.java"), program());
		var output = folder.resolve("output");
		try (var backEnd = new ListeningBackEnd(folder.resolve("s"), VirtioFeature.AS_LINUX)) {
			var process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
					location(ConsoleDriver.class) + File.pathSeparator + location(Linux.class),
					"--enable-native-access=ALL-UNNAMED", source.toString(), folder.resolve("s").toString())
					.redirectErrorStream(true).redirectOutput(output.toFile()).start();
			try {
				backEnd.awaitOutput(1, "hello\n");
				backEnd.accepted().console.input(1, "good day\n");
				assertTrue(process.waitFor(60, TimeUnit.SECONDS));
				assertEquals("good day\n", Files.readString(output, StandardCharsets.UTF_8));
				assertEquals(0, process.exitValue());
			} catch (AssertionError e) {
				throw new AssertionError("the program said: " + Files.readString(output), e);
			} finally {
				process.destroyForcibly();
			}
		}
	}
}
