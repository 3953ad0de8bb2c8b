package bus.itest;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.Set;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import bus.api.BusInfo;
import bus.api.PortInfo;
import guest.driver.ConsoleDriver;
import guest.driver.GuestSidePort;

/** What happens to ports and guests when the parts of vport come and go. */
@Timeout(60)
class ServiceLifeTest {
	private static final Set<String> NAMES = Set.of("x", "y", "z");

	@Order(1)
	@RegisterExtension
	final LogWatch log = new LogWatch();
	@Order(2)
	@RegisterExtension
	final Operator operator = new Operator();

	@BeforeEach
	void threePorts() throws Exception {
		operator.bus("vm1");
		operator.plug("port.socket~x", "bus=vm1", "name=x", "id=1", "listen=unix:" + operator.path("x"));
		operator.plug("port.file~y", "bus=vm1", "name=y", "id=2", "path=" + operator.path("y"));
		operator.plug("port.console~z", "bus=vm1", "name=z", "id=3", "link=" + operator.path("z"));
	}

	private static Set<String> names(ConsoleDriver guest) {
		return guest.ports().stream().map(GuestSidePort::name).collect(toSet());
	}

	@Test
	void whiteboardStopped_allPortsGo_started_allComeBack() throws Exception {
		var guest = operator.guest("vm1");
		for (int i = 0; i < 3; i++) {
			Await.until("all ports", () -> names(guest).equals(NAMES));
			operator.bundle("bus.whiteboard").stop();
			Await.until("no port", () -> guest.ports().isEmpty());
			assertTrue(Files.notExists(operator.path("x")), "the port's socket is removed");
			operator.bundle("bus.whiteboard").start();
		}
		try (var echo = EchoTraffic.start(operator.path("x"), Operator.opened(guest, "x"))) {
			echo.awaitMore();
		}
		assertEquals(BusInfo.State.RUNNING, operator.runtime().buses().getFirst().state());
	}

	@Test
	void busConfigurationDeleted_socketGone_portsWait_backWithTheBus() throws Exception {
		log.allow(": no bus vm1; buses: none");
		log.expect("bus vm1: closes under a virtual machine, which loses its virtio-serial device for good");
		var first = operator.guest("vm1");
		Await.until("all ports", () -> names(first).equals(NAMES));
		operator.delete("bus.vhostuser~vm1");
		Await.until("the socket is removed", () -> Files.notExists(operator.socket("vm1")));
		for (String pid : Set.of("port.socket~x", "port.file~y", "port.console~z"))
			assertEquals("no bus vm1; buses: none", operator.await(pid, PortInfo.State.WAITING).problem());
		assertTrue(Files.notExists(operator.path("x")), "the port's socket is removed");
		operator.bus("vm1");
		var guest = operator.guest("vm1");
		Await.until("all ports", () -> names(guest).equals(NAMES));
	}

	@Test
	void busBundleStopped_portsWait_started_backWithTheBus() throws Exception {
		log.allow(": no bus vm1; buses: none");
		operator.bundle("bus.vhostuser").stop();
		assertTrue(Files.notExists(operator.socket("vm1")));
		for (String pid : Set.of("port.socket~x", "port.file~y", "port.console~z"))
			operator.await(pid, PortInfo.State.WAITING);
		operator.bundle("bus.vhostuser").start();
		Await.until("bus vm1", () -> operator.hasBus("vm1"));
		var guest = operator.guest("vm1");
		Await.until("all ports", () -> names(guest).equals(NAMES));
	}

	@Test
	void machineGoes_portsStay_nextMachineFindsThem() throws Exception {
		for (int i = 0; i < 3; i++)
			try (var guest = ConsoleDriver.connect(operator.socket("vm1"), Operator.PORTS)) {
				Await.until("all ports", () -> names(guest).equals(NAMES));
				assertEquals(3, operator.runtime().ports().size());
			} finally {
				Await.until("listens again",
						() -> operator.runtime().buses().getFirst().state() == BusInfo.State.LISTENING);
			}
	}

	@Test
	void twoBuses_portsAreOnTheirOwn() throws Exception {
		operator.bus("vm2");
		operator.plug("port.file~other", "bus=vm2", "name=y", "id=2", "path=" + operator.path("other"));
		var first = operator.guest("vm1");
		var second = operator.guest("vm2");
		Await.until("all ports", () -> names(first).equals(NAMES));
		Await.until("its port", () -> names(second).equals(Set.of("y")));
		operator.delete("port.file~other");
		Await.until("unplugged there", () -> second.ports().isEmpty());
		assertEquals(NAMES, names(first));
	}
}
