package bus.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigTextTest {
	@TempDir
	Path folder;

	private final ConfigText text = new ConfigText(null);

	private Map<String, Object> read(String content) throws IOException {
		return text.read(Files.writeString(folder.resolve("x.cfg"), content));
	}

	@ParameterizedTest
	@ValueSource(strings = { "plain", "", "trailing ", "a=b:c", "#no comment", "back\\slash", "two\nlines",
			"tab\tbed", "\"quoted\"", "caf\u00e9 \u2603", "a,b", "[a]", "I\"5\"", "(x)", "$", "100%", "unix:/run/x.sock" })
	void value_ofAnyCharacters_isReadBack(String value) throws IOException {
		var values = Map.<String, Object>of("key", value, "bus", "vm1");
		assertEquals(values, read(text.edited("", values)));
	}

	@ParameterizedTest
	@ValueSource(strings = { " leading", "${user.home}", "a ${no.such} b" })
	void value_thatWouldBeReadAsAnother_isRefusedByName(String value) {
		var e = assertThrows(IOException.class, () -> text.edited("", Map.of("key", value, "bus", "vm1")));
		assertEquals("key=" + value + " cannot be read back from a file", e.getMessage());
	}

	@Test
	void values_withTypes_areReadBack() throws IOException {
		var values = Map.<String, Object>of("id", 5, "on", true, "long", 1L << 40, "name", "x y", "list", new String[] { "a", "b,c" });
		assertTrue(ConfigText.same(values, read(text.edited("", values))), "lost a type");
	}

	@Test
	void edited_handWrittenFile_keepsTheRest() throws IOException {
		var written = """
				# the agent of machine 1
				bus=vm1

				  # where it listens
				listen = unix:/run/a.sock
				name=org.example.a
				""";
		assertEquals(written.replace("name=org.example.a", "name = org.example.b"), text.edited(written,
				Map.of("bus", "vm1", "listen", "unix:/run/a.sock", "name", "org.example.b")));
		assertEquals(written, text.edited(written, read(written)));
	}

	@Test
	void edited_nameOfAProperty_staysANameWhereItsValueStays() throws IOException {
		var home = System.getProperty("user.home");
		var written = "path=${user.home}/log\nbus=vm1\n";
		assertEquals(home + "/log", read(written).get("path"));
		assertEquals(written.replace("bus=vm1", "bus = vm2"), text.edited(written, Map.of("path", home + "/log", "bus", "vm2")));
	}

	@Test
	void edited_keysComeAndGo() throws IOException {
		var edited = text.edited("bus=vm1\nid=3\n", Map.of("bus", "vm1", "name", "x"));
		assertEquals(Map.of("bus", "vm1", "name", "x"), read(edited));
		var others = new Properties();
		others.load(new java.io.StringReader(edited));
		assertEquals(Map.of("bus", "vm1", "name", "x"), others);
	}
}
