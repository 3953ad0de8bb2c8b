package bus.core.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import bus.api.BusEvent;
import bus.api.BusEvent.Kind;
import bus.api.SerialBus;

/** What those are told who trace a bus. */
class TraceTest {
	private final DeviceRig rig = new DeviceRig(4);
	private final List<BusEvent> events = new ArrayList<>();
	private final SerialBus.Trace trace = rig.bus.trace(events::add);

	@AfterEach
	void close() {
		rig.close();
	}

	private List<String> told() {
		var lines = events.stream().map(e -> e.port() + " " + e.label() + " " + e.kind() + " " + e.detail()).toList();
		events.clear();
		return lines;
	}

	@Test
	void port_comesToLife_everyStepInOrder() throws Exception {
		rig.port();
		assertEquals(List.of("1 a HOST_OPENED ", "1 a PLUGGED ", "-1  FROM_GUEST DEVICE_READY 1", "1 a TO_GUEST PORT_ADD 1",
				"1 a FROM_GUEST PORT_READY 1", "1 a TO_GUEST PORT_NAME 1 a", "1 a TO_GUEST PORT_OPEN 1",
				"1 a FROM_GUEST PORT_OPEN 1", "1 a GUEST_OPENED "), told());
	}

	@Test
	void port_closedAndUnplugged_told() throws Exception {
		var port = rig.port();
		told();
		port.guest.close();
		assertEquals(List.of("1 a HOST_CLOSED ", "1 a TO_GUEST PORT_OPEN 0"), told());
		rig.bus.unplug(port);
		assertEquals(List.of("1 a UNPLUGGED ", "1  TO_GUEST PORT_REMOVE 1"), told());
	}

	@Test
	void console_resized_columnsAndRows() throws Exception {
		var console = rig.plugged("", 0);
		rig.bootGuest();
		told();
		console.guest.resize(132, 50);
		assertEquals(List.of("0 label TO_GUEST RESIZE 0 132 50"), told());
	}

	@Test
	void trace_ended_nothingMore_othersGoOn() throws Exception {
		var other = new ArrayList<BusEvent>();
		rig.bus.trace(other::add);
		trace.close();
		trace.close();
		rig.plugged("a", 1);
		assertEquals(List.of(), told());
		assertFalse(other.isEmpty());
	}

	@Test
	void listener_throws_endedAndNamed_portLives() throws Exception {
		try (var log = new LogLines()) {
			rig.bus.trace(event -> {
				throw new IllegalStateException("a tool's mistake");
			});
			rig.plugged("a", 1);
			assertEquals(1, log.texts.stream().filter(line -> line.contains("a trace has ended")).count(), log.texts::toString);
		}
		assertTrue(rig.info(1).hostOpen());
		assertFalse(told().isEmpty(), "the other listener hears on");
	}
}
