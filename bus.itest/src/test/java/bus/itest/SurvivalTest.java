package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is there after vport was stopped and started again: what the configuration folder says, and nothing else. */
@Tag("guest")
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SurvivalTest {
	@TempDir
	Path config;
	@TempDir
	Path vendor;

	@BeforeEach
	void busAndPort() throws IOException {
		Files.writeString(config.resolve("bus.vhostuser-vm1.cfg"), "socket=" + config.resolve("s") + "\nports=7\n");
		port("port.file", "byfile");
	}

	private void port(String kind, String label) throws IOException {
		Files.writeString(config.resolve(kind + "-" + label + ".cfg"),
				"bus=vm1\nname=" + label + "\npath=" + config.resolve(label + ".txt") + "\n");
	}

	private Path logs(String name) {
		return VportProcess.logs(SurvivalTest.class, name);
	}

	private VportProcess shell(String name) throws Exception {
		var vport = VportProcess.onTerminal(config, logs(name), VportProcess.DUMB);
		vport.await(process -> process.out().stream().anyMatch(line -> line.startsWith("vport> ")), "prompt");
		return vport;
	}

	private static String plugged(String kind, String label) {
		return "(?s).* " + label + " +" + kind + " +" + label + " +plugged.*";
	}

	/** The JAR of port.file as the build has made it. */
	private static Path portFile() throws IOException {
		try (var jars = Files.newDirectoryStream(VportProcess.root().resolve("port.file/target"), "port.file-*.jar")) {
			return jars.iterator().next();
		}
	}

	@Test
	void ports_byFile_byConfigAdmin_byJar_andByInstall_surviveARestart_whatWasDeletedDoesNot() throws Exception {
		try (var vport = shell("first")) {
			for (var line : List.of(
					"ca = ($.context getService ($.context getServiceReference org.osgi.service.cm.ConfigurationAdmin))",
					"d = (new java.util.Hashtable)",
					"$d put bus vm1; $d put name byadmin; $d put path " + config.resolve("byadmin.txt"),
					"c = ($ca getFactoryConfiguration port.file byadmin '?')", "$c update $d"))
				vport.ask(line, "^vport> ");
			port("port.note", "byjar");
			PortJar.of(portFile(), "port.note", "1.0.0").write(config.resolve("note.jar"));
			port("port.memo", "byinstall");
			var memo = PortJar.of(portFile(), "port.memo", "1.0.0").write(vendor.resolve("any.jar"));
			vport.ask("vport:install port.memo --from " + memo, "^port.memo 1.0.0 runs as bundle");
			vport.listWhen(SurvivalTest::all);
			assertEquals(0, vport.leave());
		}
		try (var vport = new VportProcess(config, logs("second"))) {
			vport.awaitReady();
			assertEquals(List.of(), vport.complaints());
			assertEquals(0, vport.terminate());
		}
		try (var vport = shell("third")) {
			vport.listWhen(SurvivalTest::all);
			vport.leave();
		}
		Files.delete(config.resolve("note.jar"));
		Files.delete(config.resolve("port.memo.jar"));
		Files.delete(config.resolve("port.memo-byinstall.cfg"));
		Files.delete(config.resolve("port.note-byjar.cfg"));
		Files.delete(config.resolve("port.file-byadmin.cfg"));
		try (var vport = shell("fourth")) {
			var list = vport.listWhen(text -> text.matches(plugged("file", "byfile")));
			assertFalse(list.contains("byadmin") || list.contains("byjar") || list.contains("byinstall"), list);
			Files.delete(config.resolve("port.file-byfile.cfg"));
			vport.listWhen(text -> !text.contains("byfile"));
			vport.leave();
		}
	}

	private static boolean all(String list) {
		return list.matches(plugged("file", "byfile")) && list.matches(plugged("file", "byadmin"))
				&& list.matches(plugged("note", "byjar")) && list.matches(plugged("memo", "byinstall"));
	}

	@Test
	void brokenJars_areALineEach_andReadyIsNotHeldUp() throws Exception {
		Files.writeString(config.resolve("junk.jar"), "no jar");
		PortJar.bundle("test.needy", "1.0.0", "Import-Package: org.example.none").write(config.resolve("needy.jar"));
		port("port.needy", "x");
		try (var vport = new VportProcess(config, logs("broken"))) {
			vport.awaitReady();
			assertEquals(0, vport.terminate());
			var complaints = vport.complaints().stream().map(line -> line.substring("hh:mm:ss ERROR vport: ".length()))
					.sorted().toList();
			assertEquals(3, complaints.size(), complaints.toString());
			assertEquals("junk.jar: zip END header not found", complaints.get(0));
			assertEquals("needy.jar: needs package org.example.none, which no bundle here provides", complaints.get(1));
			assertTrue(complaints.get(2).startsWith("port.needy-x.cfg: unknown kind port.needy;"), complaints.get(2));
		}
	}
}
