package bus.itest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import bus.api.PortInfo;
import guest.driver.ConsoleDriver;
import guest.driver.GuestSidePort;

/** Bundles of port types come, go and are updated while a guest runs. */
@Timeout(60)
class HotDeployTest {
	private static final int TIMES = 20;

	@Order(1)
	@RegisterExtension
	final LogWatch log = new LogWatch();
	@Order(2)
	@RegisterExtension
	final Operator operator = new Operator();

	private ConsoleDriver guest;

	@BeforeEach
	void twoPorts() throws Exception {
		operator.bus("vm1");
		operator.plug("port.socket~x", "bus=vm1", "name=x", "listen=unix:" + operator.path("x"));
		operator.plug("port.file~y", "bus=vm1", "name=y", "id=5", "path=" + operator.path("y"));
		guest = operator.guest("vm1");
	}

	@Test
	void filePortBundle_uninstalledAndInstalled_itsPortGoesAndComes_trafficGoesOn() throws Exception {
		var bundle = operator.bundle("port.file");
		String location = bundle.getLocation();
		try (var echo = EchoTraffic.start(operator.path("x"), Operator.opened(guest, "x"))) {
			for (int i = 0; i < TIMES; i++) {
				var port = Operator.opened(guest, "y");
				assertEquals(5, port.id());
				write(port, i);
				bundle.uninstall();
				Await.until("its port goes away", port::isRemoved);
				assertEquals(null, operator.port("port.file~y"));
				echo.awaitMore();
				bundle = operator.framework().installBundle(location);
				bundle.start();
			}
			guest.awaitPort("y", Await.PATIENCE);
			echo.awaitMore();
		}
		assertEquals(IntStream.range(0, TIMES).mapToObj(i -> "line " + i).toList(),
				Files.readAllLines(operator.path("y")));
	}

	private static void write(GuestSidePort port, int i) throws Exception {
		port.writeFully(("line " + i + "\n").getBytes(US_ASCII), Await.PATIENCE);
		port.awaitTaken(Await.PATIENCE);
	}

	@Test
	void filePortBundle_stoppedAndStarted_itsPortGoesAndComes_trafficGoesOn() throws Exception {
		var bundle = operator.bundle("port.file");
		try (var echo = EchoTraffic.start(operator.path("x"), Operator.opened(guest, "x"))) {
			for (int i = 0; i < TIMES; i++) {
				var port = guest.awaitPort("y", Await.PATIENCE);
				bundle.stop();
				Await.until("its port goes away", port::isRemoved);
				echo.awaitMore();
				bundle.start();
			}
			guest.awaitPort("y", Await.PATIENCE);
			echo.awaitMore();
		}
	}

	@Test
	void socketPortBundle_updated_neighbourLosesNothing() throws Exception {
		var ended = new AtomicBoolean();
		var neighbour = Operator.opened(guest, "y");
		var writing = Background.start(() -> {
			int lines = 0;
			while (!ended.get())
				write(neighbour, lines++);
			return lines;
		});
		for (int i = 0; i < 5; i++) {
			var port = Operator.opened(guest, "x");
			try (var client = HostClient.unix(operator.path("x"))) {
				Await.until("host open", port::hostConnected);
				operator.bundle("port.socket").update();
				Await.until("its port goes away", port::isRemoved);
				assertEquals(true, client.atEnd());
			}
			operator.await("port.socket~x", PortInfo.State.PLUGGED);
			try (var echo = EchoTraffic.start(operator.path("x"), Operator.opened(guest, "x"))) {
				echo.awaitMore();
			}
			guest.ports().stream().filter(p -> p.id() == port.id()).forEach(HotDeployTest::close);
		}
		ended.set(true);
		int lines = writing.join();
		Await.until(lines + " lines", () -> Files.readAllLines(operator.path("y")).size() == lines);
		assertEquals(IntStream.range(0, lines).mapToObj(i -> "line " + i).toList(),
				Files.readAllLines(operator.path("y")));
	}

	private static void close(GuestSidePort port) {
		Await.until("closed by the guest", () -> {
			port.close();
			return true;
		});
	}
}
