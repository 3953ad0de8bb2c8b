package port.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import port.testkit.TestAuthority;
import port.testkit.TestAuthority.Papers;

/** Connecting, by TCP and TLS. */
@Timeout(60)
class ConnectorTest {
	private static final Access CLEAR = Access.DEFAULT;
	@TempDir
	static Path folder;
	private static TestAuthority authority;
	private static Papers server;
	private static Papers client;

	@BeforeAll
	static void certificates() throws Exception {
		authority = new TestAuthority(folder.resolve("authority"));
		server = authority.issue("server", "EC", "dns:localhost");
		client = authority.issue("client", "Ed25519");
	}

	/** A connector with a loop and what has arrived. */
	private static final class Going implements AutoCloseable {
		final TestGuest guest = new TestGuest();
		final LinkedBlockingQueue<Connection> arrived = new LinkedBlockingQueue<>();
		final Connector connector;

		Going(String connect, Access access) throws IOException {
			connector = Connector.open(guest, connect, access, Tuning.DEFAULT, Duration.ofSeconds(1), arrived::add);
			connector.connect();
		}

		Connection next() throws InterruptedException {
			var connection = arrived.poll(Await.SECONDS, TimeUnit.SECONDS);
			assertNotNull(connection, "nobody was reached: " + connector.figures());
			return connection;
		}

		String problem() throws Exception {
			Await.until("a problem", () -> connector.figures().containsKey("problem"));
			return (String) connector.figures().get("problem");
		}

		@Override
		public void close() {
			guest.unplug();
			connector.close();
		}
	}

	private static int freePort() throws IOException {
		try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private static SSLServerSocket listen(TestAuthority whose, Papers shown, boolean demand) throws Exception {
		var socket = (SSLServerSocket) whose.context(shown, authority).getServerSocketFactory().createServerSocket(0, 5,
				InetAddress.getLoopbackAddress());
		socket.setNeedClientAuth(demand);
		return socket;
	}

	private static void exchange(Connection connection, Socket accepted) throws Exception {
		Door.write(connection, "hello");
		assertEquals("hello", new String(accepted.getInputStream().readNBytes(5), StandardCharsets.UTF_8));
		accepted.getOutputStream().write("welcome".getBytes(StandardCharsets.UTF_8));
		assertEquals("welcome", Door.read(connection, 7));
	}

	@Test
	void server_comesLater_isReached_andAgainWhenTheConnectionHasEnded() throws Exception {
		int port = freePort();
		try (var going = new Going("tcp:localhost:" + port, CLEAR)) {
			assertEquals("connection refused", going.problem());
			Await.until("a second attempt", () -> (Long) going.connector.figures().get("attempts") > 1);
			try (var listening = new ServerSocket(port, 5, InetAddress.getLoopbackAddress())) {
				for (int i = 0; i < 3; i++)
					try (var connection = going.next(); var accepted = listening.accept()) {
						assertEquals(Connector.State.CONNECTED, going.connector.state());
						exchange(connection, accepted);
						going.connector.again();
					}
			}
			assertEquals(2L, going.connector.figures().get("reconnects"));
		}
	}

	@Test
	void hostName_unknown_isSaidAndTriedAgain() throws Exception {
		try (var going = new Going("tcp:no-such-host.invalid:1", CLEAR)) {
			assertEquals("host name no-such-host.invalid does not resolve", going.problem());
		}
	}

	@Test
	void tls_rightServer_isReached_withACertificateOfOurOwn() throws Exception {
		var access = Access.of(client.cert().toString(), client.key().toString(), authority.ca().toString(), "name:server");
		try (var listening = listen(authority, server, true);
				var going = new Going("tls:localhost:" + listening.getLocalPort(), access);
				var accepted = (SSLSocket) listening.accept();
				var connection = handshaken(going, accepted)) {
			exchange(connection, accepted);
			assertEquals("CN=client", accepted.getSession().getPeerPrincipal().getName());
			assertTrue(connection.peer().startsWith("server at "), connection.peer());
			assertEquals("TLSv1.3", connection.protocol());
		}
	}

	private static Connection handshaken(Going going, SSLSocket accepted) throws Exception {
		accepted.startHandshake();
		return going.next();
	}

	/** For another host, of another authority, and of one that the JDK does not know. */
	@Test
	void tls_wrongServer_isNotTalkedTo() throws Exception {
		var stranger = new TestAuthority(folder.resolve("stranger"));
		var impostor = stranger.issue("server", "EC", "dns:localhost");
		var elsewhere = authority.issue("elsewhere", "EC", "dns:elsewhere.example.org");
		assertRefused(authority, elsewhere, Access.of("", "", authority.ca().toString(), ""), "localhost");
		assertRefused(stranger, impostor, Access.of("", "", authority.ca().toString(), ""), "certificat");
		assertRefused(authority, server, CLEAR, "certificat");
		assertRefused(authority, server, Access.of("", "", authority.ca().toString(), "name:other"), "allow=name:other");
	}

	private static void assertRefused(TestAuthority whose, Papers shown, Access access, String reason) throws Exception {
		try (var listening = listen(whose, shown, false);
				var going = new Going("tls:localhost:" + listening.getLocalPort(), access);
				var accepted = (SSLSocket) listening.accept()) {
			assertThrows(IOException.class, () -> {
				accepted.startHandshake();
				if (accepted.getInputStream().read() < 0)
					throw new IOException("end");
			});
			String problem = going.problem();
			assertTrue(problem.contains(reason), problem);
			assertEquals(0, going.arrived.size());
		}
	}

	@Test
	void closed_whileConnecting_theThreadGoes() throws Exception {
		for (int i = 0; i < 20; i++)
			new Going(i % 2 == 0 ? "tcp:no-such-host.invalid:1" : "tcp:127.0.0.1:" + freePort(), CLEAR).close();
		Await.until("the thread has gone", () -> Thread.getAllStackTraces().keySet().stream()
				.noneMatch(it -> it.getName().equals("port.endpoint")));
	}
}
