package port.endpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that openssl might have written. */
class PemTest {
	private static final String ALLOWED = "; allowed: an RSA, EC or Ed25519 key in PKCS#8 without a password";
	@TempDir
	Path folder;

	private Path file(String text) throws IOException {
		return Files.writeString(folder.resolve("file.pem"), text);
	}

	private static String block(String what, byte[] bytes) {
		return "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder().encodeToString(bytes) + "\n-----END " + what
				+ "-----\n";
	}

	@Test
	void key_ofEachAlgorithm_isRead_whateverIsAroundIt() throws Exception {
		for (var algorithm : List.of("RSA", "EC", "Ed25519")) {
			var key = KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPrivate();
			var file = file("Bag Attributes\n" + block("PRIVATE KEY", key.getEncoded()) + "more\n");
			assertEquals(key, Pem.key("key", file.toString()));
		}
	}

	@Test
	void key_ofAnOlderForm_isRefusedWithTheCommandThatConvertsIt() throws Exception {
		for (var form : List.of("RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY")) {
			var file = file(block(form, new byte[10]));
			assertEquals("key=" + file + " has an " + form + ALLOWED + ": openssl pkcs8 -topk8 -nocrypt -in " + file
					+ " -out NEW.pem", refusal(file));
		}
	}

	@Test
	void key_none_orOfAnotherAlgorithm_orDamaged_isRefused() throws Exception {
		var file = file("nonsense");
		assertEquals("key=" + file + " has no private key" + ALLOWED, refusal(file));
		file(block("PRIVATE KEY", KeyPairGenerator.getInstance("DSA").generateKeyPair().getPrivate().getEncoded()));
		assertTrue(refusal(file).startsWith("key=" + file + " has a private key of another kind, or a damaged one"));
		file(block("PRIVATE KEY", new byte[30]));
		assertTrue(refusal(file).startsWith("key=" + file + " has a private key of another kind, or a damaged one"));
		assertEquals("key=/nowhere does not exist" + ALLOWED + ", which the user that vport runs as can read",
				refusal(Path.of("/nowhere")));
		assertTrue(refusal(folder).startsWith("key=" + folder + " cannot be read"));
	}

	private static String refusal(Path file) {
		return assertThrows(IOException.class, () -> Pem.key("key", file.toString())).getMessage();
	}

	@Test
	void certificates_none_isRefused() throws Exception {
		var file = file("");
		assertEquals("cert=" + file + " has no certificates; allowed: a PEM file, -----BEGIN CERTIFICATE-----",
				assertThrows(IOException.class, () -> Pem.certificates("cert", file.toString())).getMessage());
	}

	@Test
	void keysThatDoNotGoTogether_areRefusedWithOneLine() {
		refused("cert=/c; allowed: only with listen=tls:HOST:PORT", "listen", "unix:/x", Access.of("/c", "/k", "", ""));
		refused("key=; allowed: a PEM file, because cert=/c is set", "listen", "tls:h:1", Access.of("/c", "", "", ""));
		refused("cert=; allowed: a PEM file, because key=/k is set", "connect", "tls:h:1", Access.of("", "/k", "", ""));
		refused("listen=tls:h:1; allowed: with cert= and key=, PEM files", "listen", "tls:h:1", Access.DEFAULT);
		refused("allow=uid:1; allowed: uid: and user: only with listen=unix:", "listen", "tcp:h:1",
				Access.of("", "", "", "uid:1"));
		refused("allow=name:x; allowed: name: only with connect=tls:", "connect", "unix:/x",
				Access.of("", "", "", "name:x"));
		refused("ca=; allowed: a PEM file, because allow=name:x needs certificates that somebody vouches for", "listen",
				"tls:h:1", Access.of("/c", "/k", "", "name:x"));
		Access.of("", "", "", "name:x").check("connect", Address.parse("connect", "tls:h:1"));
	}

	private static void refused(String message, String option, String address, Access access) {
		assertEquals(message, assertThrows(IllegalArgumentException.class,
				() -> access.check(option, Address.parse(option, address))).getMessage());
	}
}
