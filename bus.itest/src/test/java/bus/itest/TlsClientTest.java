package bus.itest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import port.testkit.TestAuthority;

/** A port of a real guest behind TLS: who has the wrong certificate does not reach it, who has the right one does. */
@Tag("guest")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class TlsClientTest {
	private static final int PORTS = 7;
	private static final int ECHOED = 4 << 20;

	@RegisterExtension
	final Seed seed = new Seed();

	private int number;

	@Test
	void client_wrongCertificateRefused_rightOneServed() throws Exception {
		try (var host = new GuestHost(TlsClientTest.class, GuestKind.UML.toString())) {
			var authority = new TestAuthority(host.configuration().path("authority"));
			var stranger = new TestAuthority(host.configuration().path("stranger"));
			var right = authority.context(authority.issue("ops.example.org", "EC"));
			var notListed = authority.context(authority.issue("intern.example.org", "EC"));
			var wrong = stranger.context(stranger.issue("ops.example.org", "EC"), authority);
			boot(host, authority);
			assertRefused(wrong);
			assertRefused(authority.context(null));
			assertThrows(IOException.class, () -> echo(notListed));
			long begun = System.nanoTime();
			echo(right);
			Figures.print("TLS", "echo of %d MiB through a guest in %.1f s", ECHOED >> 20, (System.nanoTime() - begun) / 1e9);
			host.vport().ask("vport:show echo", "(?s)accepted +1\\b.*?refused +3\\b.*?^vport> ");
			host.assertComplaints("refused: ");
		}
	}

	@Test
	void console_noCertificateRefused_withOneReadsWhatWasSaid() throws Exception {
		try (var host = new GuestHost(TlsClientTest.class, GuestKind.UML.toString())) {
			var authority = new TestAuthority(host.configuration().path("authority"));
			var server = authority.issue("server", "EC", "ip:127.0.0.1");
			var files = host.configuration();
			var socket = files.bus("vm1", PORTS);
			var link = files.path("term");
			number = FreePort.find().getPort();
			files.write("port.console-term", "bus=vm1", "link=" + link, "listen=tls:127.0.0.1:" + number,
					"cert=" + server.cert(), "key=" + server.key(), "ca=" + authority.ca());
			host.start();
			host.boot(GuestKind.UML, socket, PORTS);
			host.login(link).run("expr 4711 \\* 2");
			assertRefused(authority.context(null));
			try (var client = client(authority.context(authority.issue("ops.example.org", "EC")))) {
				client.setSoTimeout((int) Await.PATIENCE.toMillis());
				var in = new DataInputStream(client.getInputStream());
				var said = new StringBuilder();
				while (said.indexOf("9422") < 0 || said.indexOf("[vport: you are at vm1 port 0") < 0)
					said.append((char) in.readByte());
			}
			host.assertComplaints("refused: ");
		}
	}

	private void boot(GuestHost host, TestAuthority authority) throws Exception {
		var files = host.configuration();
		var socket = files.bus("vm1", PORTS);
		var link = files.console("console", "vm1");
		var server = authority.issue("server", "RSA", "ip:127.0.0.1");
		number = FreePort.find().getPort();
		files.write("port.socket-echo", "bus=vm1", "name=org.vport.echo", "listen=tls:127.0.0.1:" + number,
				"cert=" + server.cert(), "key=" + server.key(), "ca=" + authority.ca(),
				"allow=name:ops.example.org,name:admin.example.org");
		host.startOnTerminal("ansi");
		host.vport().resizeTerminal(200, 50);
		host.boot(GuestKind.UML, socket, PORTS);
		var console = host.login(link);
		console.run("set +m; until [ -c /dev/virtio-ports/org.vport.echo ]; do usleep 10000; done");
		// a read answers 0 until the guest has heard of the client
		console.run("{ while :; do cat <&3 >&3; usleep 10000; done; } 3<>/dev/virtio-ports/org.vport.echo &");
	}

	/** With TLS 1.3 a client learns of it when it reads. */
	private void assertRefused(SSLContext context) {
		assertThrows(SSLException.class, () -> {
			try (var client = client(context)) {
				client.startHandshake();
				client.getInputStream().read();
			}
		});
	}

	private SSLSocket client(SSLContext context) throws IOException {
		return (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", number);
	}

	private void echo(SSLContext context) throws Exception {
		var bytes = seed.bytes(ECHOED);
		try (var client = client(context)) {
			client.startHandshake();
			var sending = Background.start(() -> {
				client.getOutputStream().write(bytes);
				return true;
			});
			var echoed = client.getInputStream().readNBytes(ECHOED);
			if (echoed.length == 0)
				throw new IOException("closed");
			assertArrayEquals(bytes, echoed);
			sending.join();
		}
	}
}
