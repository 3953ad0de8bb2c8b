package port.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

class AddressTest {

	@Test
	void goodAddresses_parsed_asWritten() {
		assertEquals(new Address.Unix(Path.of("/run/x.sock")), Address.parse("listen", "unix:/run/x.sock"));
		assertEquals(new Address.Unix(Path.of("/run/a:b")), Address.parse("listen", " unix:/run/a:b "));
		assertEquals(new Address.Tcp("127.0.0.1", 5000), Address.parse("listen", "tcp:127.0.0.1:5000"));
		assertEquals(new Address.Tcp("::1", 0), Address.parse("listen", "tcp:[::1]:0"));
	}

	@Test
	void badAddresses_parsed_refusedWithTheKeyAndWhatIsAllowed() {
		for (String text : List.of("", "unix:", "/run/x", "tcp:", "tcp:5000", "tcp::5000", "tcp:host:", "tcp:host:x",
				"tcp:host:65536", "tcp:host:-1", "tcp:::1:5000", "tcp:[::1:5000", "udp:host:5")) {
			var refusal = assertThrows(IllegalArgumentException.class, () -> Address.parse("listen", text), text);
			assertEquals("listen=" + text + "; allowed: unix:PATH, unix:@NAME, tcp:HOST:PORT, tls:HOST:PORT or vsock:CID:PORT,"
					+ " for instance tcp:127.0.0.1:5000 or tcp:[::1]:5000", refusal.getMessage());
		}
	}
}
