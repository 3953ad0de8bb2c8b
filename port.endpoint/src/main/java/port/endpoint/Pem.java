package port.endpoint;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/** Files as openssl writes them. Messages name the option and what to do, never a word of a key. */
final class Pem {
	private static final List<String> ALGORITHMS = List.of("RSA", "EC", "Ed25519");
	private static final String KEYS = "an RSA, EC or Ed25519 key in PKCS#8 without a password";
	private static final Pattern BLOCK = Pattern
			.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([^-]*)-----END \\1-----");
	/** More than any chain of certificates: a wrong file may be of any size. */
	private static final long MOST_BYTES = 1 << 20;

	private Pem() {
	}

	/** All certificates of a file, in its order; there is at least one. */
	static List<X509Certificate> certificates(String option, String file) throws IOException {
		var bytes = read(option, file, "a PEM file with certificates");
		try {
			var factory = CertificateFactory.getInstance("X.509");
			var found = factory.generateCertificates(new ByteArrayInputStream(bytes));
			if (!found.isEmpty() && new String(bytes, StandardCharsets.ISO_8859_1).contains("-----BEGIN "))
				return found.stream().map(X509Certificate.class::cast).toList();
		} catch (GeneralSecurityException e) {
			// what is wrong with it does not help who has taken the wrong file
		}
		throw new IOException(option + "=" + file + " has no certificates; allowed: a PEM file, -----BEGIN CERTIFICATE-----");
	}

	/** The private key of a file. */
	static PrivateKey key(String option, String file) throws IOException {
		var bytes = read(option, file, KEYS);
		var block = BLOCK.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
		if (!block.find())
			throw new IOException(option + "=" + file + " has no private key; allowed: " + KEYS);
		if (!block.group(1).equals("PRIVATE KEY"))
			throw new IOException(option + "=" + file + " has an " + block.group(1) + "; allowed: " + KEYS
					+ ": openssl pkcs8 -topk8 -nocrypt -in " + file + " -out NEW.pem");
		try {
			var encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(block.group(2)));
			for (var algorithm : ALGORITHMS)
				try {
					return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
				} catch (InvalidKeySpecException e) {
					// of another algorithm
				}
		} catch (GeneralSecurityException | IllegalArgumentException e) {
			// said below
		}
		throw new IOException(option + "=" + file + " has a private key of another kind, or a damaged one; allowed: "
				+ KEYS + ": openssl genpkey -algorithm ED25519 -out NEW.pem");
	}

	private static byte[] read(String option, String file, String allowed) throws IOException {
		var path = Path.of(file);
		try {
			if (Files.isRegularFile(path) && Files.size(path) <= MOST_BYTES)
				return Files.readAllBytes(path);
		} catch (IOException e) {
			// said below; of all reasons it is mostly the permissions
		}
		String reason = Files.exists(path) ? " cannot be read" : " does not exist";
		throw new IOException(option + "=" + file + reason + "; allowed: " + allowed
				+ ", which the user that vport runs as can read");
	}
}
