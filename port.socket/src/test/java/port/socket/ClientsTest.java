package port.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who comes while somebody is there; and connecting, where the port comes. Each policy on both ways. */
@Timeout(60)
class ClientsTest {
	@TempDir
	Path folder;

	private SocketPort port(String clients, String absent) {
		return Configs.port("listen", "unix:" + folder.resolve("x.sock"), "clients", clients, "absent", absent);
	}

	@ParameterizedTest
	@ValueSource(strings = { "closed", "hold" })
	void second_refuse_isClosedAndTheFirstNoticesNothing(String absent) throws Exception {
		try (var bench = new Bench(folder)) {
			var guest = bench.plug(port("refuse", absent));
			try (var first = bench.connect()) {
				bench.awaitFigure("clients", 1);
				try (var second = bench.connect()) {
					Bench.assertClosed(second);
				}
				assertEquals(1L, bench.figure("turned away"));
				Bench.write(guest, "still");
				Bench.assertSays("still", first);
			}
			bench.awaitFigure("clients", 0);
			try (var third = bench.connect()) {
				bench.awaitFigure("clients", 1);
				Bench.write(guest, "next");
				Bench.assertSays("next", third);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "closed", "hold" })
	void second_takeover_hasThePortAndTheFirstIsClosed(String absent) throws Exception {
		try (var bench = new Bench(folder)) {
			var guest = bench.plug(port("takeover", absent));
			try (var first = bench.connect()) {
				Bench.say(first, "one");
				Bench.assertHears(guest, "one");
				try (var second = bench.connect()) {
					Bench.assertClosed(first);
					Bench.say(second, "two");
					Bench.assertHears(guest, "two");
					Bench.write(guest, "you");
					Bench.assertSays("you", second);
				}
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "closed", "hold" })
	void second_wait_isServedWhenTheFirstHasGone(String absent) throws Exception {
		try (var bench = new Bench(folder)) {
			var guest = bench.plug(port("wait", absent));
			var first = bench.connect();
			try (var second = bench.connect()) {
				Bench.say(first, "one");
				Bench.say(second, "two");
				Bench.assertHears(guest, "one");
				first.close();
				Bench.until("the second", () -> ((Long) bench.figure("accepted")) == 2);
				Bench.assertHears(guest, "two");
			}
		}
	}

	/** Its socket goes on to listen while there is no port. */
	@Test
	void client_comesDuringAnUpdate_isServed() throws Exception {
		int number = FreePort.find();
		var address = new InetSocketAddress("127.0.0.1", number);
		try (var bench = new Bench(folder)) {
			var guest = bench.plug(Configs.port("listen", "tcp:127.0.0.1:" + number));
			bench.hold();
			try (var client = SocketChannel.open(address)) {
				Bench.say(client, "early");
				bench.plug(Configs.port("listen", "tcp:127.0.0.1:" + number));
				Bench.assertHears(guest, "early");
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "closed", "hold" })
	void server_comesLaterAndComesAgain_isConnectedTo(String absent) throws Exception {
		var path = folder.resolve("server.sock");
		try (var bench = new Bench(folder)) {
			var guest = bench.plug(Configs.port("connect", "unix:" + path, "absent", absent, "reconnect", 1));
			bench.awaitFigure("connection", "waiting");
			for (long times = 0; times < 3; times++) {
				try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
					server.bind(UnixDomainSocketAddress.of(path));
					try (var accepted = server.accept()) {
						bench.awaitFigure("connection", "connected");
						assertEquals(times, bench.figure("reconnects"));
						Bench.say(accepted, "ping");
						Bench.assertHears(guest, "ping");
						Bench.write(guest, "pong");
						Bench.assertSays("pong", accepted);
					}
				}
				Files.delete(path);
			}
		}
	}

	@Test
	void server_reconnectZero_isTriedOnce() throws Exception {
		var path = folder.resolve("server.sock");
		try (var bench = new Bench(folder)) {
			bench.plug(Configs.port("connect", "unix:" + path, "reconnect", 0));
			bench.awaitFigure("connection", "idle");
			assertEquals(1L, bench.figure("attempts"));
			assertEquals("connect(" + path + "): no such file or directory", bench.figure("problem"));
		}
	}
}
