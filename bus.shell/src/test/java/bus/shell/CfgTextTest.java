package bus.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;

class CfgTextTest {
	private static final String FILE = """
			# the agent's port; ask Ann before changing it
			bus=vm1

			listen = unix:/run/agent.sock
			path=a\\
			  b
			! end
			""";

	private static Map<String, String> changes(String... pairs) {
		var changes = new LinkedHashMap<String, String>();
		for (int i = 0; i < pairs.length; i += 2)
			changes.put(pairs[i], pairs[i + 1]);
		return changes;
	}

	@Test
	void change_ofOneKey_allElseStays() {
		assertEquals(FILE.replace("listen = unix:/run/agent.sock", "listen=tcp:127.0.0.1:4000"),
				CfgText.changed(FILE, changes("listen", "tcp:127.0.0.1:4000")));
	}

	@Test
	void change_ofAKeyInTwoLines_takesBoth() {
		assertEquals(FILE.replace("path=a\\\n  b\n", "path=c\n"), CfgText.changed(FILE, changes("path", "c")));
		assertEquals(FILE.replace("path=a\\\n  b\n", ""), CfgText.changed(FILE, changes("path", "")));
	}

	@Test
	void change_ofKeysThatAreNotThere_atTheEnd_emptyOnesNot() {
		assertEquals(FILE + "id=3\n", CfgText.changed(FILE, changes("id", "3", "name", "")));
	}

	@Test
	void key_givenTwice_isThereOnce() {
		assertEquals("id=3\n", CfgText.changed("id=1\nid=2\n", changes("id", "3")));
	}

	@Test
	void value_ofAnyLetters_comesBackAsItWas() {
		String value = "C:\\temp\\ü=#! \u20ac";
		String text = CfgText.changed("", changes("path", value));
		assertEquals(value, CfgText.values(text).get("path"));
		assertEquals("", text.replaceAll("[ -~\n]", ""), "what File Install reads as ISO 8859-1");
	}

	@Test
	void values_ofAFile_asFileInstallReadsThem() {
		assertEquals(Map.of("bus", "vm1", "listen", "unix:/run/agent.sock", "path", "ab"), CfgText.values(FILE));
	}
}
