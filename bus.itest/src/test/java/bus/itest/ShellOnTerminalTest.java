package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only a terminal shows: TAB, tables that change, ^C, questions. */
@Tag("guest")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ShellOnTerminalTest {
	private static final String INTERRUPT = "\003";
	private static final String ESCAPE = "\035";

	@TempDir
	Path config;

	@Test
	void commands_asAPersonTypesThem() throws Exception {
		Files.writeString(config.resolve("bus.vhostuser-vm1.cfg"), "socket=" + config.resolve("vm1.sock") + "\n");
		Files.writeString(config.resolve("port.console-term.cfg"), "bus=vm1\n");
		Files.writeString(config.resolve("init.gosh"), "mine = { vport:list vm1 }\n");
		try (var vport = VportProcess.onTerminal(config, VportProcess.logs(getClass(), "commands"), "xterm")) {
			vport.awaitReady();
			vport.resizeTerminal(80, 40); // script(1) gives it none, and JLine no prompt then
			vport.ask("echo here we go", "^here we go");
			vport.ask("vport:sho\tte\t", "^label +term");
			vport.ask("vport:set term na\torg.x", "term is plugged on vm1, port 0 org.x");
			vport.ask("mine", "^vm1 +0 +org.x +console +term +plugged");
			vport.ask("list", "^BUS +ID +NAME"); // of vport, not of guest
			vport.ask("vport:stat", "q ends");
			answersTo(vport, "q");
			vport.ask("vport:trace", "q ends");
			answersTo(vport, INTERRUPT);
			vport.ask("vport:attach term", "Connected to term");
			vport.press("who" + INTERRUPT); // the guest's
			answersTo(vport, ESCAPE);
			vport.ask("vport:remove-bus vm1",
					"No VM is attached to bus vm1; 1 port is unplugged: term.\\s+Remove it\\? \\[y/N\\]");
			vport.ask("n", "bus vm1 stays");
			assertEquals(0, vport.leave());
			var said = String.join("\n", vport.out());
			assertFalse(said.contains("Exception"), said);
			assertTrue(Files.exists(config.resolve("bus.vhostuser-vm1.cfg")));
		}
	}

	/** The command that is running ends with a key; the next is not part of it. */
	private static void answersTo(VportProcess vport, String key) throws Exception {
		vport.press(key);
		vport.ask("echo here we are", "^here we are");
	}
}
