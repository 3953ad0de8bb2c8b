package bus.whiteboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GraceTest {

	@Test
	void absent_theDefault() {
		assertEquals(10, Grace.seconds(Map.of()));
	}

	@Test
	void number_asTextOrNotAsText_read() {
		assertEquals(0, Grace.seconds(Map.of("grace", " 0 ")));
		assertEquals(3600, Grace.seconds(Map.of("grace", 3600L)));
	}

	@Test
	void unknownKey_refused_thoseOfOthersAreNot() {
		assertEquals(7, Grace.seconds(Map.of("grace", "7", "component.name", "x", "felix.fileinstall.filename", "y")));
		assertEquals("unknown key grce; allowed: grace", assertThrows(IllegalArgumentException.class,
				() -> Grace.seconds(Map.of("grce", "7"))).getMessage());
	}

	@ParameterizedTest
	@ValueSource(strings = { "-1", "3601", "ten", "" })
	void anythingElse_refused(String value) {
		var refused = assertThrows(IllegalArgumentException.class, () -> Grace.seconds(Map.of("grace", value)));
		assertEquals("grace=" + value + "; allowed: seconds for which the guest keeps a port while its bundle is replaced,"
				+ " 0 to 3600", refused.getMessage());
	}
}
