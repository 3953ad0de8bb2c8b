package bus.itest;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
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

	@RegisterExtension
	final Seed seed = new Seed();

	private ConsoleDriver guest;

	@BeforeEach
	void twoPorts() throws Exception {
		operator.bus("vm1");
		operator.plug("port.socket~x", "bus=vm1", "name=x", "listen=unix:" + operator.path("x"));
		operator.plug("port.file~y", "bus=vm1", "name=y", "id=5", "path=" + operator.path("y"));
		guest = operator.guest("vm1");
	}

	@Test
	void filePortBundle_uninstalledAndInstalled_guestKeepsThePort_noByteIsLost() throws Exception {
		var bundle = operator.bundle("port.file");
		String location = bundle.getLocation();
		var port = Operator.opened(guest, "y");
		try (var echo = EchoTraffic.start(operator.path("x"), Operator.opened(guest, "x"))) {
			for (int i = 0; i < TIMES; i++) {
				Await.until("host open", port::hostConnected);
				write(port, i);
				bundle.uninstall();
				assertEquals(PortInfo.State.HELD, operator.port("port.file~y").state());
				Await.until("host closed", () -> !port.hostConnected());
				echo.awaitMore();
				bundle = operator.framework().installBundle(location);
				bundle.start();
				assertEquals(PortInfo.State.PLUGGED, operator.await("port.file~y", PortInfo.State.PLUGGED).state());
			}
			Await.until("host open", port::hostConnected);
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
	void filePortBundle_stopped_graceTimeOver_itsPortGoes_startedAgain_itComes() throws Exception {
		operator.configureAlone("bus.whiteboard", "grace=1");
		var bundle = operator.bundle("port.file");
		try (var echo = EchoTraffic.start(operator.path("x"), Operator.opened(guest, "x"))) {
			var port = guest.awaitPort("y", Await.PATIENCE);
			bundle.stop();
			Await.until("its port goes away", port::isRemoved);
			assertEquals(null, operator.port("port.file~y"));
			echo.awaitMore();
			bundle.start();
			assertEquals(5, guest.awaitPort("y", Await.PATIENCE).id());
			echo.awaitMore();
		}
	}

	@Test
	void filePortBundle_stopped_configurationDeleted_itsPortGoesAtOnce() throws Exception {
		operator.configureAlone("bus.whiteboard", "grace=3600");
		var bundle = operator.bundle("port.file");
		try {
			var port = guest.awaitPort("y", Await.PATIENCE);
			bundle.stop();
			assertEquals(PortInfo.State.HELD, operator.port("port.file~y").state());
			operator.delete("port.file~y");
			Await.until("its port goes away", port::isRemoved);
		} finally {
			bundle.start();
		}
	}

	@Test
	void configuration_changed_guestKeepsThePort_anotherFileGetsTheRest() throws Exception {
		var port = Operator.opened(guest, "y");
		write(port, 0);
		operator.configure("port.file~y", "bus=vm1", "name=y", "id=5", "path=" + operator.path("other"));
		Await.until("another file", () -> Files.exists(operator.path("other")));
		Await.until("host open", port::hostConnected);
		write(port, 1);
		Await.until("written", () -> Files.readString(operator.path("other")).equals("line 1\n"));
		assertEquals("line 0\n", Files.readString(operator.path("y")));
		operator.configure("port.file~y", "bus=vm1", "name=y", "id=6", "path=" + operator.path("other"));
		Await.until("it is another port now", port::isRemoved);
		assertEquals(6, guest.awaitPort("y", Await.PATIENCE).id());
	}

	/** The strongest there is: the client stays connected, and neither it nor the guest's program misses a byte. */
	@Test
	void socketPortBundle_updated_clientAndGuestGoOnAtTheByte() throws Exception {
		var port = Operator.opened(guest, "x");
		var ended = new AtomicBoolean();
		try (var client = HostClient.unix(operator.path("x"))) {
			var echoing = Background.start(() -> {
				var bytes = new byte[3000];
				while (!ended.get()) {
					int n = port.read(bytes, 0, bytes.length, Duration.ofMillis(10));
					if (n == 0)
						port.awaitHostConnected(true, Await.PATIENCE);
					if (n > 0)
						port.writeFully(Arrays.copyOf(bytes, n), Await.PATIENCE);
				}
				return true;
			});
			var updating = Background.start(() -> {
				for (int i = 0; i < TIMES; i++) {
					operator.bundle("port.socket").update();
					operator.await("port.socket~x", PortInfo.State.PLUGGED);
				}
				return true;
			});
			for (int round = 0; round < 5 || !updating.isDone(); round++) {
				var piece = seed.bytes(200_000);
				var sending = Background.start(() -> {
					client.send(piece);
					return true;
				});
				assertArrayEquals(piece, client.receive(piece.length));
				sending.join();
			}
			updating.join();
			ended.set(true);
			echoing.join();
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
				operator.await("port.socket~x", PortInfo.State.PLUGGED);
				client.send(new byte[] { 1 });
			}
			Await.until("host closed", () -> !port.hostConnected());
			close(port);
			try (var echo = EchoTraffic.start(operator.path("x"), Operator.opened(guest, "x"))) {
				echo.awaitMore();
			}
			Await.until("host closed", () -> !port.hostConnected());
			close(port);
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
