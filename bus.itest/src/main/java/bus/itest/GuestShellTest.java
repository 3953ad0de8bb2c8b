package bus.itest;

import static bus.itest.Gogo.assertLine;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The commands of scope guest against the product: a person plays the guest, at first a decent one. */
@Timeout(60)
class GuestShellTest {
	private static final String OUT = "9"; // of port 3

	@Order(1)
	@RegisterExtension
	final LogWatch log = new LogWatch();
	@Order(2)
	@RegisterExtension
	final Operator operator = new Operator();

	@BeforeEach
	void bus() throws Exception {
		operator.configure("bus.vhostuser~vm1", "socket=" + operator.socket("vm1"), "ports=" + Operator.PORTS,
				"packed=on", "in_order=on");
		Await.until("bus vm1", () -> operator.hasBus("vm1"));
		operator.plug("port.socket~x", "bus=vm1", "name=org.example.x", "id=3", "listen=unix:" + operator.path("x"));
	}

	@AfterEach
	void disconnect() throws Exception {
		if (run("guest:list").contains("g1"))
			run("guest:disconnect g1");
	}

	private String run(String command) throws Exception {
		return Gogo.run(operator, command);
	}

	private void connect(String options) throws Exception {
		run("guest:connect " + options + " g1 " + operator.socket("vm1"));
		Await.until("port", () -> run("guest:ports g1").contains("org.example.x"));
	}

	@Test
	void guest_ofTheShell_talksToTheHost() throws Exception {
		connect("--packed --in-order");
		assertLine(run("guest:list"), "g1", "running", "packed in order", "1 of 7");
		run("guest:open g1 org.example.x");
		assertEquals("in hup", run("guest:poll g1 org.example.x"));
		try (var client = HostClient.unix(operator.path("x"))) {
			assertEquals("6 of 6 bytes", run("guest:write --timeout 9000 --line g1 org.example.x hello"));
			assertEquals("hello\n", new String(client.receive(6), UTF_8));
			client.send("answer".getBytes(UTF_8));
			assertEquals("answer", run("guest:read --timeout 9000 g1 org.example.x"));
			assertLine(run("guest:ports g1"), "3", "org.example.x", "port", "open", "open", "0", "6", "6", "0");
			run("guest:pause g1");
			assertLine(run("guest:list"), "g1", "paused");
			run("guest:resume g1");
			run("guest:write --timeout 9000 g1 3 again");
			assertEquals("again", new String(client.receive(5), UTF_8));
		}
		Await.until("hang-up", () -> run("guest:poll --in g1 3").equals("in hup"));
		var e = assertThrows(Exception.class, () -> run("guest:read g1 3"));
		assertTrue(e.toString().contains("end of file: the host side of 3 is closed"), e.toString());
	}

	@Test
	void guest_lies_busSaysSo_andTheNextDriverWorks() throws Exception {
		log.expect("the guest broke a rule: avail.idx is 999 ahead");
		connect("--split");
		assertLine(run("guest:ring g1 " + OUT), "split ring: size=64");
		assertEquals("999 = 0x3e7", run("guest:ring g1 " + OUT + " avail.idx 999"));
		run("guest:kick g1 " + OUT);
		Await.until("broken", () -> Gogo.hasLine(run("vport:buses"), "vm1", "broken"));
		run("guest:reload g1");
		Await.until("port", () -> run("guest:ports g1").contains("org.example.x"));
		assertLine(run("vport:buses"), "vm1", "running");
		run("guest:open g1 3");
		try (var client = HostClient.unix(operator.path("x"))) {
			run("guest:write --timeout 9000 g1 3 honest");
			assertEquals("honest", new String(client.receive(6), UTF_8));
		}
	}
}
