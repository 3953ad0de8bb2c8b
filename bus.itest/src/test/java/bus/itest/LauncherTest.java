package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
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

	@Test
	void script_comesToItsEnd_exitZero_itsOutputAlone() throws Exception {
		var script = script("""
				vport:add-bus vm1 socket=$1
				vport:add file vm1 log path=$2
				each (vport:list) { echo ($it label) ($it state) }
				format (vport:buses vm1)
				vport:remove log
				""");
		try (var vport = VportProcess.running(script, config, VportProcess.logs(LauncherTest.class, "script"),
				config.resolve("vm1.sock").toString(), config.resolve("a b").toString())) {
			assertEquals(0, vport.exitCode(), vport.err().toString());
			assertEquals("log plugged", vport.out().getFirst());
			assertTrue(vport.out().get(2).startsWith("vm1  listening"), vport.out().toString());
			assertEquals(3, vport.out().size(), vport.out().toString());
			assertTrue(Files.exists(config.resolve("bus.vhostuser-vm1.cfg")));
			assertTrue(Files.notExists(config.resolve("port.file-log.cfg")));
		}
	}

	@Test
	void script_commandFails_exitOne_oneLineNamesThePlace() throws Exception {
		var script = script("echo before\nvport:show nonsense\necho never\n");
		try (var vport = VportProcess.running(script, config, VportProcess.logs(LauncherTest.class, "scriptFails"))) {
			assertEquals(1, vport.exitCode());
			assertEquals(List.of("before"), vport.out());
			assertEquals(List.of("vport: " + script + ":2: no port nonsense; ports: none"),
					vport.err().stream().filter(line -> line.startsWith("vport: ")).toList());
		}
	}

	@Test
	void initScript_withoutATerminal_isRun_vportGoesOn() throws Exception {
		Files.writeString(config.resolve("init.gosh"), "vport:add-bus vm1 socket=" + config.resolve("vm1.sock") + "\n");
		try (var vport = new VportProcess(config, VportProcess.logs(LauncherTest.class, "init"))) {
			vport.awaitReady();
			vport.await(process -> Files.exists(config.resolve("vm1.sock")), "bus of init.gosh");
			assertEquals(0, vport.terminate());
		}
	}

	private Path script(String text) throws IOException {
		return Files.writeString(config.resolve("test.gosh"), text).toRealPath();
	}
}
