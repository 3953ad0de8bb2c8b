package port.endpoint;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;

import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import port.testkit.TestAuthority;
import port.testkit.TestAuthority.Papers;

/** Assumes the JDK's TLS sockets as clients, and its keytool. */
@Timeout(120)
class TlsListenerTest {
	@TempDir
	static Path folder;
	private static TestAuthority authority;
	private static TestAuthority stranger;
	private static Papers server;
	private static Papers ops;
	private static Papers intern;
	private static Papers impostor;

	@BeforeAll
	static void certificates() throws Exception {
		authority = new TestAuthority(folder.resolve("authority"));
		stranger = new TestAuthority(folder.resolve("stranger"));
		server = authority.issue("server", "EC", "dns:localhost", "ip:127.0.0.1");
		ops = authority.issue("operator", "EC", "dns:ops.example.org");
		intern = authority.issue("intern", "EC");
		impostor = stranger.issue("operator", "EC", "dns:ops.example.org");
	}

	private static Access access(Papers papers, String allow) throws Exception {
		return Access.of(papers.cert().toString(), papers.key().toString(), authority.ca().toString(), allow);
	}

	private static Door door() throws Exception {
		return new Door("tls:127.0.0.1:0", access(server, "name:OPS.example.org"));
	}

	private static void exchange(SSLSocket client, Door door) throws Exception {
		client.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
		try (var connection = door.next()) {
			exchange(client, connection);
		}
	}

	private static void exchange(SSLSocket client, Connection connection) throws Exception {
		assertEquals("hello", Door.read(connection, 5));
		Door.write(connection, "welcome");
		assertEquals("welcome", new String(client.getInputStream().readNBytes(7), StandardCharsets.UTF_8));
	}

	@ParameterizedTest
	@CsvSource({ "EC, TLSv1.3", "EC, TLSv1.2", "RSA, TLSv1.3", "RSA, TLSv1.2", "Ed25519, TLSv1.3" })
	void rightCertificate_everyKindOfKey_served(String algorithm, String protocol) throws Exception {
		var papers = authority.issue("server-" + algorithm + protocol, algorithm, "ip:127.0.0.1");
		try (var door = new Door("tls:127.0.0.1:0", access(papers, "")); var client = door.tls(authority.context(ops))) {
			client.setEnabledProtocols(new String[] { protocol });
			client.startHandshake();
			client.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
			try (var connection = door.next()) {
				exchange(client, connection);
				assertEquals(protocol, connection.protocol());
				assertTrue(connection.peer().startsWith("operator at 127.0.0.1:"), connection.peer());
			}
			assertEquals(-1, client.getInputStream().read(), "a goodbye, not a reset");
		}
	}

	@Test
	void nameOnTheList_served_anotherRefused() throws Exception {
		try (var door = door(); var good = door.tls(authority.context(ops)); var bad = door.tls(authority.context(intern))) {
			assertRefused(bad);
			exchange(good, door);
			assertEquals(1, door.refused());
			assertEquals(0, door.arrived.size());
		}
	}

	@Test
	void certificate_ofAnotherAuthority_refusedAndTold() throws Exception {
		try (var door = door(); var bad = door.tls(stranger.context(impostor, authority))) {
			var problem = assertRefused(bad);
			assertTrue(problem instanceof SSLException, problem.toString());
			assertEquals(1, door.refused());
			assertEquals(0, door.arrived.size());
		}
	}

	@Test
	void certificate_none_refusedAndTold() throws Exception {
		try (var door = door(); var bad = door.tls(authority.context(null))) {
			var problem = assertRefused(bad);
			assertTrue(problem instanceof SSLException, problem.toString());
			assertEquals(1, door.refused());
			assertEquals(0, door.arrived.size());
		}
	}

	/** With TLS 1.3 a client learns of it when it reads; one that is let go in peace reads the end. */
	private static IOException assertRefused(SSLSocket client) {
		return assertThrows(IOException.class, () -> {
			client.startHandshake();
			if (client.getInputStream().read() < 0)
				throw new IOException("end");
		});
	}

	@Test
	void garbage_andSilence_costTheirOwnConnectionOnly() throws Exception {
		try (var door = door(); var mute = door.plain(); var browser = door.plain()) {
			browser.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
			door.plain().close();
			try (var client = door.tls(authority.context(ops))) {
				exchange(client, door);
			}
			Await.until("two refusals", () -> door.refused() == 2);
			assertEnds(browser);
			assertTrue(mute.isConnected());
		}
	}

	private static void assertEnds(Socket socket) throws IOException {
		try {
			socket.getInputStream().readAllBytes();
		} catch (SocketException e) {
			// a reset is an end as well
		}
	}

	@Test
	void silence_tenSeconds_refused() throws Exception {
		try (var door = door(); var mute = door.plain()) {
			assertEnds(mute);
			assertEquals(1, door.refused());
		}
	}

	@Test
	void silence_ofMany_theOldestGoAndOthersAreServed() throws Exception {
		var mutes = new ArrayList<Socket>();
		try (var door = door()) {
			for (int i = 0; i < Handshakes.MOST + 10; i++)
				mutes.add(door.plain());
			try (var client = door.tls(authority.context(ops))) {
				exchange(client, door);
			}
			Await.until("refusals", () -> door.refused() >= 10);
			assertEnds(mutes.getFirst());
		} finally {
			for (var mute : mutes)
				mute.close();
		}
	}

	@Test
	void certificate_renewed_newConnectionsSeeIt_aBrokenOneChangesNothing() throws Exception {
		var cert = Files.copy(server.cert(), folder.resolve("live.pem"));
		var key = Files.copy(server.key(), folder.resolve("live.key"));
		var access = Access.of(cert.toString(), key.toString(), "", "");
		try (var door = new Door("tls:127.0.0.1:0", access)) {
			try (var old = door.tls(authority.context(null))) {
				assertEquals("CN=server", shown(old));
				Files.copy(authority.issue("renewed", "RSA").cert(), cert, REPLACE_EXISTING);
				try (var between = door.tls(authority.context(null))) {
					assertEquals("CN=server", shown(between), "the key is still the old one");
				}
				Files.copy(folder.resolve("authority/renewed.key"), key, REPLACE_EXISTING);
				try (var fresh = door.tls(authority.context(null))) {
					assertEquals("CN=renewed", shown(fresh));
				}
				Files.writeString(cert, "nonsense");
				try (var still = door.tls(authority.context(null))) {
					assertEquals("CN=renewed", shown(still));
				}
				exchange(old, door);
			}
		}
	}

	private static String shown(SSLSocket client) throws IOException {
		client.startHandshake();
		return client.getSession().getPeerPrincipal().getName();
	}

	@Test
	void halfClose_byTheClient_theAnswerStillComes() throws Exception {
		try (var door = door(); var client = door.tls(authority.context(ops))) {
			client.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
			client.shutdownOutput();
			try (var connection = door.next()) {
				assertEquals("hello", Door.read(connection, 6), "and then the end");
				Door.write(connection, "welcome");
				assertEquals("welcome", new String(client.getInputStream().readNBytes(7), StandardCharsets.UTF_8));
			}
			assertEquals(-1, client.getInputStream().read());
		}
	}

	@Test
	void client_listenerClosed_goesOnUntilItsConnectionEnds() throws Exception {
		SSLSocket client;
		Connection connection;
		try (var door = door()) {
			client = door.tls(authority.context(ops));
			client.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
			connection = door.next();
		}
		try (client) {
			try (connection) {
				exchange(client, connection);
			}
			assertEquals(-1, client.getInputStream().read());
		}
	}
}
