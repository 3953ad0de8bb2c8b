package bus.itest;

import static guest.driver.GuestSidePort.WOULD_BLOCK;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import guest.driver.ConsoleDriver;
import guest.driver.ControlMessage;
import guest.driver.GuestSidePort;

/** Port type socket between a program on the host and a program in the guest. */
@Timeout(60)
class SocketPortTest {
	private static final String NAME = "org.example.x";
	private static final int LARGE = 8 << 20;

	@Order(1)
	@RegisterExtension
	final LogWatch log = new LogWatch();
	@Order(2)
	@RegisterExtension
	final Operator operator = new Operator();
	@Order(3)
	@RegisterExtension
	final Seed seed = new Seed();

	@BeforeEach
	void bus() throws Exception {
		operator.bus("vm1");
	}

	private void plugUnix() throws Exception {
		operator.plug("port.socket~x", "bus=vm1", "name=" + NAME, "listen=unix:" + operator.path("x"));
	}

	private HostClient unixClient() throws Exception {
		return operator.keep(HostClient.unix(operator.path("x")));
	}

	/** The kernel chooses the TCP port, the log tells which. */
	private HostClient tcpClient() throws Exception {
		operator.plug("port.socket~x", "bus=vm1", "name=" + NAME, "listen=tcp:127.0.0.1:0");
		String line = log.awaitLine("listening on tcp:127.0.0.1:");
		return operator.keep(HostClient.tcp(Integer.parseInt(line.substring(line.lastIndexOf(':') + 1))));
	}

	@Test
	void s49_unixClient_comesAndGoes_guestSeesHostOpenAndClosed() throws Exception {
		plugUnix();
		var port = Operator.opened(operator.guest("vm1"), NAME);
		assertFalse(port.hostConnected());
		assertComesAndGoes(unixClient(), port);
	}

	@Test
	void tcpClient_comesAndGoes_guestSeesHostOpenAndClosed() throws Exception {
		var guest = operator.guest("vm1");
		var client = tcpClient();
		assertComesAndGoes(client, Operator.opened(guest, NAME));
	}

	private void assertComesAndGoes(HostClient client, GuestSidePort port) throws Exception {
		Await.until("host open", port::hostConnected);
		port.writeFully("to the host".getBytes(US_ASCII), Await.PATIENCE);
		assertEquals("to the host", new String(client.receive(11), US_ASCII));
		client.send("to the guest".getBytes(US_ASCII));
		assertEquals("to the guest", new String(port.readNBytes(12, Await.PATIENCE), US_ASCII));
		client.close();
		Await.until("host closed", () -> !port.hostConnected());
		assertEquals(0, port.read(new byte[1], 0, 1, Await.PATIENCE), "end of file");
	}

	@Test
	void unix_eightMebibytesEachWay_arriveUnchanged() throws Exception {
		plugUnix();
		assertLargeEachWay(unixClient(), Operator.opened(operator.guest("vm1"), NAME));
	}

	@Test
	void tcp_eightMebibytesEachWay_arriveUnchanged() throws Exception {
		var client = tcpClient();
		assertLargeEachWay(client, Operator.opened(operator.guest("vm1"), NAME));
	}

	private void assertLargeEachWay(HostClient client, GuestSidePort port) throws Exception {
		var down = seed.bytes(LARGE);
		var up = seed.bytes(LARGE);
		var hostSends = Background.start(() -> {
			client.send(down);
			return true;
		});
		var hostReceives = Background.start(() -> client.receive(LARGE));
		var guestReceives = Background.start(() -> port.readNBytes(LARGE, Await.PATIENCE));
		port.writeFully(up, Await.PATIENCE);
		assertEquals(Sha256.of(up), Sha256.of(hostReceives.join()));
		assertEquals(Sha256.of(down), Sha256.of(guestReceives.join()));
		assertTrue(hostSends.join());
		operator.await("port.socket~x", "counts both ways", info -> info.traffic().fromGuest() == LARGE
				&& info.traffic().toGuest() == LARGE && info.traffic().lost() == 0);
	}

	@Test
	void secondClient_waitsInTheBacklog_isServedAfterTheFirst() throws Exception {
		plugUnix();
		var guest = operator.guest("vm1");
		var port = Operator.opened(guest, NAME);
		var first = unixClient();
		Await.until("host open", port::hostConnected);
		first.send("1".getBytes(US_ASCII));
		assertEquals('1', port.readNBytes(1, Await.PATIENCE)[0]);
		var second = unixClient();
		second.send("2".getBytes(US_ASCII));
		assertEquals(WOULD_BLOCK, port.readNow(new byte[1], 0, 1));
		first.close();
		Await.until("open, closed, open", () -> hostOpens(guest, port.id()).equals(List.of(1, 0, 1)));
		assertEquals('2', port.readNBytes(1, Await.PATIENCE)[0]);
		port.writeFully("3".getBytes(US_ASCII), Await.PATIENCE);
		assertEquals('3', second.receive(1)[0]);
	}

	private static List<Integer> hostOpens(ConsoleDriver guest, int id) {
		return guest.controlMessages().stream()
				.filter(message -> message.id() == id && message.event() == ControlMessage.PORT_OPEN)
				.map(ControlMessage::value).toList();
	}

	@Test
	void s62_clientThatDoesNotRead_guestWouldBlock_controlAndOtherPortsGoOn() throws Exception {
		plugUnix();
		operator.plug("port.socket~y", "bus=vm1", "name=org.example.y", "listen=unix:" + operator.path("y"));
		var guest = operator.guest("vm1");
		var client = unixClient();
		var port = Operator.opened(guest, NAME);
		Await.until("host open", port::hostConnected);
		var sent = seed.bytes(LARGE);
		int written = fill(port, sent);
		assertEquals(WOULD_BLOCK, port.writeNow(sent, written, 1));

		var neighbour = Operator.opened(guest, "org.example.y");
		try (var echo = EchoTraffic.start(operator.path("y"), neighbour)) {
			echo.awaitMore();
			operator.plug("port.file~z", "bus=vm1", "name=org.example.z", "path=" + operator.path("z"));
			guest.awaitPort("org.example.z", Await.PATIENCE);
			echo.awaitMore();
		}
		assertTrue(operator.port("port.socket~x").throttled());
		var received = Background.start(() -> client.receive(LARGE));
		port.writeFully(Arrays.copyOfRange(sent, written, LARGE), Await.PATIENCE);
		assertEquals(Sha256.of(sent), Sha256.of(received.join()));
	}

	/** Writes until the port says that the host takes no more; bytes written. */
	private int fill(GuestSidePort port, byte[] bytes) {
		int[] written = { 0 };
		Await.until("port full", () -> {
			int n = port.writeNow(bytes, written[0], bytes.length - written[0]);
			if (n != WOULD_BLOCK)
				written[0] += n;
			return n == WOULD_BLOCK && operator.port("port.socket~x").throttled();
		});
		return written[0];
	}

	@Test
	void s33_bytesBeforeTheGuestOpens_areHeldUntilItDoes() throws Exception {
		plugUnix();
		var guest = operator.guest("vm1");
		var port = guest.awaitPort(NAME, Await.PATIENCE);
		var client = unixClient();
		var sent = seed.bytes(1 << 20);
		var sending = Background.start(() -> {
			client.send(sent);
			return true;
		});
		Await.until("host open", port::hostConnected);
		assertEquals(0, operator.port("port.socket~x").traffic().toGuest());
		port.open();
		assertArrayEquals(sent, port.readNBytes(sent.length, Await.PATIENCE));
		assertTrue(sending.join());
		assertEquals(0, port.bytesDiscarded());
	}

	@Test
	void s37_guestCloses_clientStays_heldUntilItOpensAgain() throws Exception {
		plugUnix();
		var port = Operator.opened(operator.guest("vm1"), NAME);
		var client = unixClient();
		Await.until("host open", port::hostConnected);
		client.send("a".getBytes(US_ASCII));
		assertEquals('a', port.readNBytes(1, Await.PATIENCE)[0]);
		port.close();
		operator.await("port.socket~x", "guest closed", info -> !info.guestOpen());
		client.send("b".getBytes(US_ASCII));
		port.open();
		assertEquals('b', port.readNBytes(1, Await.PATIENCE)[0]);
	}

	@Test
	void s46_s49_clientLeavesBeforeTheGuestOpens_closedForTheGuest_nextOneServed() throws Exception {
		plugUnix();
		var port = operator.guest("vm1").awaitPort(NAME, Await.PATIENCE);
		var client = unixClient();
		Await.until("host open", port::hostConnected);
		client.close();
		Await.until("host closed", () -> !port.hostConnected());
		unixClient();
		Await.until("host open", port::hostConnected);
	}
}
