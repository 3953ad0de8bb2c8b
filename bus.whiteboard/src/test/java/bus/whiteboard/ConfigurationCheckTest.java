package bus.whiteboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.osgi.service.metatype.AttributeDefinition;

class ConfigurationCheckTest {
	private static final AttributeDefinition BUS = new Option("bus", "NAME of the bus", null, ".+");
	private static final AttributeDefinition ID = new Option("id", "a port number, 0 to 126", "-1", "-?[0-9]+");
	private static final AttributeDefinition PATH = new Option("path", "PATH of the file to append to", null, ".+");

	private final ConfigurationCheck check = new ConfigurationCheck(List.of(BUS, ID, PATH), List.of(BUS, ID, PATH));

	@Test
	void goodConfiguration_checked_nothing() {
		assertEquals(Optional.empty(), check.problem(Map.of("bus", "vm1", "id", "3", "path", "/tmp/x", "service.pid", "p",
				"felix.fileinstall.filename", "f", "component.id", 3L, "objectClass", new String[0], "port.type", "file",
				".secret", "s", "console", true)));
	}

	@Test
	void missingKey_checked_saysWhatBelongsThere() {
		assertEquals(Optional.of("path is missing; allowed: PATH of the file to append to"),
				check.problem(Map.of("bus", "vm1")));
		assertEquals(Optional.of("path is missing; allowed: PATH of the file to append to"),
				check.problem(Map.of("bus", "vm1", "path", " ")));
	}

	@Test
	void wrongValue_checked_saysWhatIsAllowed() {
		assertEquals(Optional.of("id=abc; allowed: a port number, 0 to 126"),
				check.problem(Map.of("bus", "vm1", "path", "/x", "id", "abc")));
	}

	@Test
	void unknownKey_nearAKnownOne_suggestsIt() {
		assertEquals(Optional.of("unknown key pth; did you mean path? allowed keys: bus, id, path"),
				check.problem(Map.of("bus", "vm1", "pth", "/x")));
	}

	@Test
	void unknownKey_nearNothing_listsTheKnownOnes() {
		assertEquals(Optional.of("unknown key colour; allowed keys: bus, id, path"),
				check.problem(Map.of("bus", "vm1", "path", "/x", "colour", "red")));
	}

	private record Option(String id, String description, String preset, String pattern) implements AttributeDefinition {

		@Override
		public String getName() {
			return id;
		}

		@Override
		public String getID() {
			return id;
		}

		@Override
		public String getDescription() {
			return description;
		}

		@Override
		public int getCardinality() {
			return 0;
		}

		@Override
		public int getType() {
			return STRING;
		}

		@Override
		public String[] getOptionValues() {
			return null;
		}

		@Override
		public String[] getOptionLabels() {
			return null;
		}

		@Override
		public String validate(String value) {
			return value.matches(pattern) ? "" : "no";
		}

		@Override
		public String[] getDefaultValue() {
			return preset == null ? null : new String[] { preset };
		}
	}
}
