package bus.whiteboard;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import org.osgi.service.metatype.AttributeDefinition;

import bus.api.Spelling;

/**
 * Holds a configuration against the port type's Metatype, so that a mistake is one line that names the key rather than a
 * stack trace from the activation. The {@link AttributeDefinition}'s description states the allowed values: it is made to
 * be read after "allowed: ".
 */
final class ConfigurationCheck {
	/** Of framework, Config Admin, FileInstall and components; {@code .x} is private to a component. */
	static final List<String> FOREIGN_PREFIXES = List.of("service.", "felix.", "component.", "osgi.", ".");
	private static final List<String> FOREIGN_KEYS = List.of("objectClass", "port.type", "console");

	private final List<AttributeDefinition> options;
	private final List<AttributeDefinition> required;

	ConfigurationCheck(List<AttributeDefinition> options, List<AttributeDefinition> required) {
		this.options = options;
		this.required = required;
	}

	/** The first thing wrong with the configuration, in one line. */
	Optional<String> problem(Map<String, ?> properties) {
		return unknownKey(properties).or(() -> missingKey(properties)).or(() -> wrongValue(properties));
	}

	private Optional<String> unknownKey(Map<String, ?> properties) {
		var known = options.stream().map(AttributeDefinition::getID).sorted().toList();
		return properties.keySet().stream().filter(key -> !foreign(key) && !known.contains(key)).sorted().findFirst()
				.map(key -> "unknown key " + key + Spelling.hint(key, known) + " allowed keys: "
						+ String.join(", ", known));
	}

	private static boolean foreign(String key) {
		return FOREIGN_KEYS.contains(key) || FOREIGN_PREFIXES.stream().anyMatch(key::startsWith);
	}

	private Optional<String> missingKey(Map<String, ?> properties) {
		return required.stream().filter(option -> option.getDefaultValue() == null)
				.filter(option -> text(properties.get(option.getID())).isBlank()).findFirst()
				.map(option -> option.getID() + " is missing; allowed: " + option.getDescription());
	}

	private Optional<String> wrongValue(Map<String, ?> properties) {
		for (var option : options) {
			Object value = properties.get(option.getID());
			if (value == null || text(value).isEmpty())
				continue;
			String verdict = option.validate(text(value));
			if (verdict != null && !verdict.isEmpty())
				return Optional.of(option.getID() + "=" + text(value) + "; allowed: " + option.getDescription());
		}
		return Optional.empty();
	}

	private static String text(Object value) {
		return switch (value) {
			case null -> "";
			case Object[] several -> Arrays.stream(several).map(String::valueOf).collect(Collectors.joining(","));
			case Collection<?> several -> several.stream().map(String::valueOf).collect(Collectors.joining(","));
			default -> value.toString().strip();
		};
	}
}
