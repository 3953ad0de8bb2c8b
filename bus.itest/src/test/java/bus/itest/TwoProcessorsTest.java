package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The soak of {@link DataScenariosTest} in a guest of two processors: one fills the ring while the other handles the
 * interrupt, which is where guests have missed a wake-up. UML has one processor.
 */
@Tag("guest")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class TwoProcessorsTest {

	@ParameterizedTest
	@EnumSource(names = { "QEMU", "QEMU_PACKED" })
	void s40_soak_100000Lines_wholeAndInOrder(GuestKind kind) throws Exception {
		try (var host = new GuestHost(TwoProcessorsTest.class, kind.toString())) {
			var files = host.configuration();
			var socket = files.bus("vm1", ScenarioMachine.PORTS, kind.busKeys());
			var link = files.console("console", "vm1");
			files.socket("soak", "vm1");
			host.start();
			var machine = ScenarioMachine.start(kind, host, socket, ScenarioMachine.PORTS, link, 2);
			assertEquals("2", machine.terminal().run("nproc"));
			machine.soak("soak");
			host.assertComplaints();
		}
	}
}
