package bus.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.cm.ConfigurationAdmin;

import bus.shell.command.CommandException;

/** With a folder; without one the tests inside the framework go. */
class ConfigurationsTest {

	@TempDir
	Path folder;

	private Configurations configurations;

	@BeforeEach
	void configurations() {
		var empty = (ConfigurationAdmin) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { ConfigurationAdmin.class }, (proxy, method, arguments) -> {
					assertEquals("listConfigurations", method.getName(), "the folder is the truth");
					return null;
				});
		configurations = new Configurations(Optional.of(folder), StandardCharsets.ISO_8859_1, empty);
	}

	@Test
	void create_isAFile_foundAgain_deleted() throws IOException {
		var made = configurations.create("port.socket", "x", Map.of("bus", "vm1"));
		assertEquals("bus=vm1\n", Files.readString(folder.resolve("port.socket-x.cfg")));
		assertEquals(Optional.of(made), configurations.find("port.socket", "x"));
		assertEquals("port.socket-x.cfg", made.source());
		configurations.delete(made);
		assertEquals(Optional.empty(), configurations.find("port.socket", "x"));
		try (var files = Files.list(folder)) {
			assertEquals(0, files.count(), "no draft is left");
		}
	}

	@Test
	void change_keepsCommentsAndPermissions() throws IOException {
		var file = folder.resolve("port.socket-x.cfg");
		Files.writeString(file, "# mine\nbus=vm1\n");
		Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
		var changed = configurations.change(configurations.find("port.socket", "x").orElseThrow(), Map.of("id", "3"));
		assertEquals(Map.of("bus", "vm1", "id", "3"), changed.values());
		assertEquals("# mine\nbus=vm1\nid=3\n", Files.readString(file));
		assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
	}

	@Test
	void label_thatIsNoFileName_isRefused() {
		for (String label : new String[] { "", "../x", "a b", ".x", "a~b" }) {
			var e = assertThrows(CommandException.class, () -> configurations.create("port.socket", label, Map.of()));
			assertTrue(e.getMessage().startsWith("label " + label + "; allowed: "), e.getMessage());
		}
	}

	@Test
	void file_thatCannotBeWritten_oneLine_noDraftLeft() throws IOException {
		Files.createDirectories(folder.resolve("port.socket-x.cfg/in-the-way"));
		var e = assertThrows(CommandException.class, () -> configurations.create("port.socket", "x", Map.of()));
		assertTrue(e.getMessage().contains("port.socket-x.cfg cannot be written: "), e.getMessage());
		assertFalse(e.getMessage().contains("\n"));
		try (var files = Files.list(folder)) {
			assertEquals(1, files.count());
		}
	}
}
