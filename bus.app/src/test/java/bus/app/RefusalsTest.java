package bus.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogRecord;

import org.junit.jupiter.api.Test;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

class RefusalsTest {
	@Test
	void reason_ofNestedCauses_isTheFirstCausesMessage() {
		assertEquals("listen=x: must be unix:PATH", reason("""
				org.osgi.service.component.ComponentException: failed
				\tat a.b.C.d(C.java:1)
				Caused by: java.lang.IllegalStateException: outer
				\tat a.b.C.d(C.java:1)
				Caused by: java.lang.IllegalArgumentException: listen=x: must be unix:PATH
				\t... 3 more
				"""));
	}

	@Test
	void reason_ofBadNumber_namesTheKey() {
		assertEquals("id=abc: must be a whole number", reason("""
				org.osgi.service.component.ComponentException: java.lang.NumberFormatException: For input string: "abc"
				\tat a.b.C.d(C.java:1)
				"""));
	}

	@Test
	void reason_withoutFailure_saysSo() {
		assertEquals("failed", reason(null));
	}

	@Test
	void toldOf_aFileThatAComponentNamed_isKnown() {
		var refusals = new Refusals();
		refusals.publish(new LogRecord(Level.SEVERE, "bus.vhostuser-vm1.cfg: ports=0"));
		refusals.publish(new LogRecord(Level.INFO, "bus.vhostuser-vm2.cfg: all is well"));
		assertTrue(refusals.toldOf("bus.vhostuser-vm1.cfg"));
		assertFalse(refusals.toldOf("bus.vhostuser-vm2.cfg"));
	}

	private static String reason(String failure) {
		var made = new ComponentConfigurationDTO();
		made.failure = failure;
		made.properties = Map.of("id", "abc", "name", "x");
		return Refusals.reason(made);
	}
}
