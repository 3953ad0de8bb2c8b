package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The process as a whole: needs the exported jar and no guest, and has the tag because it is as slow. */
@Tag("guest")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LauncherTest {
	@TempDir
	Path config;

	@Test
	void emptyFolder_sigterm_readyOnceAndExitZero() throws Exception {
		try (var vport = new VportProcess(config, VportProcess.logs(LauncherTest.class, "emptyFolder"))) {
			vport.awaitReady();
			assertEquals(0, vport.terminate());
			assertEquals(1, Collections.frequency(vport.out(), "vport ready"), vport.out().toString());
		}
	}

	@Test
	void unknownKind_oneLineNamesFileAndKinds() throws Exception {
		Files.writeString(config.resolve("port.sokcet-x.cfg"), "bus=vm1\n");
		try (var vport = new VportProcess(config, VportProcess.logs(LauncherTest.class, "unknownKind"))) {
			vport.awaitReady();
			assertEquals(0, vport.terminate());
			var lines = vport.err().stream().filter(line -> line.contains("port.sokcet-x.cfg")).toList();
			assertEquals(1, lines.size(), lines.toString());
			assertTrue(lines.getFirst().contains("known kinds: "), lines.getFirst());
		}
	}
}
