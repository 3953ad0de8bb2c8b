package bus.itest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import bus.api.PortInfo;
import guest.driver.ConsoleDriver;
import guest.driver.GuestSidePort;

/** Ports that the bus cannot have, in QEMU's words; the numbers are those of the statements about QEMU's bus. */
@Timeout(60)
class RefusalTest {
	private static final String AT_ID = "virtio-serial-bus: A port already exists at id 3";
	private static final String BY_NAME = "virtio-serial-bus: A port already exists by name org.example.a";
	private static final String OUT_OF_RANGE = "virtio-serial-bus: Out-of-range port id specified, max. allowed: "
			+ (Operator.PORTS - 1);
	private static final String RESERVED = "Port number 0 on virtio-serial devices reserved for virtconsole devices for"
			+ " backward compatibility.";
	private static final String FULL = "virtio-serial-bus: Maximum port limit for this device reached";

	@Order(1)
	@RegisterExtension
	final LogWatch log = new LogWatch();
	@Order(2)
	@RegisterExtension
	final Operator operator = new Operator();

	private ConsoleDriver guest;
	private GuestSidePort port;

	@BeforeEach
	void onePort() throws Exception {
		operator.bus("vm1");
		plug("a", "id=3");
		guest = operator.guest("vm1");
		port = Operator.opened(guest, "org.example.a");
	}

	/** A file port, which is the least. */
	private void configure(String label, String name, String... more) throws Exception {
		var lines = new ArrayList<>(List.of("bus=vm1", "name=" + name, "path=" + operator.path(label)));
		lines.addAll(List.of(more));
		operator.configure("port.file~" + label, lines.toArray(String[]::new));
	}

	private PortInfo plug(String label, String... more) throws Exception {
		configure(label, "org.example." + label, more);
		return operator.await("port.file~" + label, PortInfo.State.PLUGGED);
	}

	/** And nothing else changes: no message to the guest, no file made, the first port goes on. */
	private void assertRefused(String label, String text) throws Exception {
		log.expect(label + ": " + text);
		var refused = operator.await("port.file~" + label, PortInfo.State.REFUSED);
		assertTrue(refused.problem().startsWith(text), refused.problem());
		assertEquals(List.of("a", label), operator.runtime().ports().stream().map(PortInfo::label).toList());
		assertEquals(List.of(port), guest.ports());
		assertTrue(guest.controlMessages().stream().allMatch(message -> message.id() == 3), "" + guest.controlMessages());
		assertTrue(Files.notExists(operator.path(label)), "its file was made");
		assertWritten("still there");
	}

	private void assertWritten(String text) throws Exception {
		port.writeFully(text.getBytes(US_ASCII), Await.PATIENCE);
		Await.until("written", () -> Files.readString(operator.path("a")).endsWith(text));
	}

	@Test
	void s07_duplicateId_isRefused_andPluggedWhenTheOtherGoes() throws Exception {
		configure("b", "org.example.b", "id=3");
		assertRefused("b", AT_ID);
		operator.delete("port.file~a");
		assertEquals(3, operator.await("port.file~b", PortInfo.State.PLUGGED).id());
		Await.until("the first is unplugged", port::isRemoved);
		assertEquals(3, guest.awaitPort("org.example.b", Await.PATIENCE).id());
	}

	@Test
	void s08_duplicateName_isRefused_andPluggedWhenTheOtherGoes() throws Exception {
		configure("b", "org.example.a");
		assertRefused("b", BY_NAME);
		operator.delete("port.file~a");
		assertEquals(1, operator.await("port.file~b", PortInfo.State.PLUGGED).id());
		Await.until("a new port of that name", () -> guest.awaitPort("org.example.a", Await.PATIENCE).id() == 1);
	}

	@Test
	void s09_duplicateIdAndName_theIdIsToldFirst() throws Exception {
		configure("b", "org.example.a", "id=3");
		assertRefused("b", AT_ID);
	}

	@Test
	void duplicate_pluggedWhenTheOtherIsGivenAnotherId() throws Exception {
		configure("b", "org.example.b", "id=3");
		assertRefused("b", AT_ID);
		plug("a", "id=4");
		assertEquals(3, operator.await("port.file~b", PortInfo.State.PLUGGED).id());
		assertEquals(4, guest.awaitPort("org.example.a", Await.PATIENCE).id());
	}

	@Test
	void s10_idOutOfRange_isRefused() throws Exception {
		configure("b", "org.example.b", "id=" + Operator.PORTS);
		assertRefused("b", OUT_OF_RANGE);
	}

	@Test
	void s12_idZero_isRefusedToASerialPort() throws Exception {
		configure("b", "org.example.b", "id=0");
		assertRefused("b", RESERVED);
	}

	@Test
	void s11_fullBus_isRefused_andPluggedWhenOneGoes() throws Exception {
		log.expect("last: " + FULL);
		for (int i = 1; i < Operator.PORTS - 1; i++)
			plug("p" + i);
		configure("last", "org.example.last");
		var refused = operator.await("port.file~last", PortInfo.State.REFUSED);
		assertTrue(refused.problem().startsWith(FULL), refused.problem());
		operator.delete("port.file~p2");
		int freed = operator.await("port.file~last", PortInfo.State.PLUGGED).id();
		assertEquals(2, freed);
		assertEquals(2, guest.awaitPort("org.example.last", Await.PATIENCE).id());
		assertWritten("still there");
	}

	@Test
	void unknownBus_portWaits_pluggedWhenTheBusAppears() throws Exception {
		log.expect("b: no bus vm2; buses: vm1");
		operator.configure("port.file~b", "bus=vm2", "name=org.example.a", "path=" + operator.path("b"));
		assertEquals("no bus vm2; buses: vm1", operator.await("port.file~b", PortInfo.State.WAITING).problem());
		log.awaitLine("b: no bus vm2; buses: vm1");
		assertEquals(List.of(port), guest.ports());
		operator.bus("vm2");
		var plugged = operator.await("port.file~b", PortInfo.State.PLUGGED);
		assertEquals(1, plugged.id());
		assertEquals("", plugged.problem());
		var other = operator.guest("vm2");
		assertEquals(1, other.awaitPort("org.example.a", Await.PATIENCE).id(), "names are of one machine");
		assertEquals(List.of(port), guest.ports());
		assertWritten("still there");
	}
}
