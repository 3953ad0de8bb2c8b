package bus.whiteboard;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;

import org.junit.jupiter.api.Test;

import bus.api.ConfigurationFile;
import bus.api.PortRequest;

class PlanTest {

	@Test
	void fileInstallConfiguration_read_asRequest() {
		var plan = Plan.of(Map.of("service.pid", "port.socket~x", "component.name", "port.socket.SocketPort", "port.type",
				"socket", "bus", "vm1", "name", "org.example.x", "id", "3", ConfigurationFile.PROPERTY, "file:/etc/vport/port.socket-x.cfg"));
		assertEquals(new Plan("port.socket-x.cfg", "vm1", new PortRequest("x", "socket", "org.example.x", 3, false), ""),
				plan);
	}

	@Test
	void componentWithoutConfiguration_named_byItsClass() {
		var plan = Plan.of(Map.of("component.name", "org.example.EchoPort", "bus", "vm1", "console", true));
		assertEquals(new Plan("EchoPort", "vm1", new PortRequest("EchoPort", "EchoPort", "", PortRequest.ANY_ID, true), ""),
				plan);
	}

	@Test
	void id_numberOfAnyKind_read() {
		assertEquals(7, Plan.of(Map.of("bus", "vm1", "id", 7L)).request().id());
		assertEquals(PortRequest.ANY_ID, Plan.of(Map.of("bus", "vm1", "id", -1)).request().id());
		assertEquals(PortRequest.ANY_ID, Plan.of(Map.of("bus", "vm1", "id", "")).request().id());
	}

	@Test
	void id_notANumber_refused() {
		assertEquals("id=abc; allowed: a port number, 0 to 126", Plan.of(Map.of("bus", "vm1", "id", "abc")).problem());
		assertEquals("id=-2; allowed: a port number, 0 to 126", Plan.of(Map.of("bus", "vm1", "id", "-2")).problem());
	}

	@Test
	void bus_missing_refused() {
		assertEquals("bus is missing; allowed: NAME of the bus to plug into", Plan.of(Map.of()).problem());
	}

	@Test
	void innermostCause_ofATrace_itsMessageAlone() {
		assertEquals("path=/x; allowed: y", ServiceSource.innermost(
				"org.osgi.ComponentException: outer\n\tat a.b(C.java:1)\nCaused by: java.lang.IllegalArgumentException: path=/x; allowed: y\n\tat d\n"));
		assertEquals("no such file", ServiceSource.innermost("java.io.IOException: no such file\n\tat d\n"));
	}
}
