package bus.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The package says all that its users must know; and that the check would notice if it did not. */
class ApiDocumentationTest {
	private static final String WHOLE = """
			/** A bus. */
			@ProviderType
			public interface Bus {
				/**
				 * Plugs.
				 * <ul>
				 * <li>Thread: any.
				 * <li>Blocking: {@code no}.
				 * <li>Buffers: none.
				 * <li>Return: nothing.
				 * <li>Exception: none.
				 * </ul>
				 *
				 * @param port the port
				 * @throws Refused if not
				 */
				void plug(String port) throws Refused;
			}
			""";

	/** Of other bundles what they export for everybody, from version 1.0 on. */
	@ParameterizedTest
	@ValueSource(strings = { "src/main/java/bus/api", "../port.guestagent/src/main/java/port/guestagent" })
	void allSources_nothingMissing(Path folder) throws Exception {
		try (var files = Files.list(folder)) {
			var sources = files.filter(file -> file.toString().endsWith(".java")).toList();
			assertEquals("", String.join("\n", ApiSource.faults(sources)));
		}
	}

	@Test
	void wholeInterface_noFault() {
		assertEquals(List.of(), ApiSource.faults(WHOLE));
	}

	@ParameterizedTest
	@EnumSource
	void pointMissingOrEmpty_named(Point point) {
		var missing = List.of("Bus.plug lacks <li>" + point.label() + ":");
		var begin = "<li>" + point.label() + ":";
		assertEquals(missing, ApiSource.faults(WHOLE.replace(begin, "<li>")));
		assertEquals(missing, ApiSource.faults(WHOLE.replaceAll(begin + ".*", begin)));
		assertEquals(missing, ApiSource.faults(WHOLE.replace(begin, point.label() + ":")));
	}

	@Test
	void contractMissingOrDouble_named() {
		var wanted = List.of("Bus lacks exactly one of @ConsumerType and @ProviderType");
		assertEquals(wanted, ApiSource.faults(WHOLE.replace("@ProviderType", "")));
		assertEquals(wanted, ApiSource.faults(WHOLE.replace("@ProviderType", "@ProviderType @ConsumerType")));
	}

	@Test
	void parameterOrExceptionUndocumented_named() {
		assertEquals(List.of("Bus.plug lacks @param port"), ApiSource.faults(WHOLE.replace("@param port the port", "")));
		assertEquals(List.of("Bus.plug lacks @param port"),
				ApiSource.faults(WHOLE.replace("@param port the port", "@param port")));
		assertEquals(List.of("Bus.plug lacks @throws Refused"), ApiSource.faults(WHOLE.replace("@throws", "")));
	}

	@Test
	void recordComponentConstantAndConstructorUndocumented_named() {
		assertEquals(List.of("Info lacks @param id", "Info.OLD lacks a comment", "Info.<init> lacks a comment",
				"Info.<init> lacks @param name"), ApiSource.faults("""
						/**
						 * Info.
						 *
						 * @param name its name
						 */
						public record Info(String name, int id) {
							public static final int OLD = 1;
							public Info {
							}
							public Info(String name) {
								this(name, OLD);
							}
							private void hidden() {
							}
						}
						"""));
	}

	@Test
	void enumConstantAndNestedTypeWithoutComment_named() {
		assertEquals(List.of("Outer.State lacks a comment", "Outer.State.ON lacks a comment"), ApiSource.faults("""
				/** Outer. */
				public final class Outer {
					public enum State { ON }
					enum Hidden { OFF }
				}
				"""));
	}
}
