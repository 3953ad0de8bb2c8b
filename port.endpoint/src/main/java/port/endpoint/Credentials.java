package port.endpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * The files of {@code cert}, {@code key} and {@code ca} as TLS wants them. They are read again when they have changed,
 * so that a renewed certificate needs no restart; files that are broken, or half written, leave what was there before.
 * One thread at a time.
 */
final class Credentials {
	private static final System.Logger LOG = System.getLogger("port.endpoint");
	private static final char[] NO_PASSWORD = {};

	private final Access access;
	private SSLContext context;
	/** What the files looked like when they were read last. */
	private List<Object> stamp;

	Credentials(Access access) throws IOException {
		this.access = access;
		this.stamp = stamp();
		this.context = read();
	}

	/** Who listens: with {@code ca} nobody comes in without a certificate. */
	SSLEngine server(SSLContext context) {
		var engine = context.createSSLEngine();
		engine.setUseClientMode(false);
		var parameters = parameters(engine);
		parameters.setNeedClientAuth(!access.ca.isEmpty());
		engine.setSSLParameters(parameters);
		return engine;
	}

	/** Who connects: the certificate must be that of the host that is meant. */
	SSLEngine client(String host, int port) {
		var engine = context().createSSLEngine(host, port);
		engine.setUseClientMode(true);
		var parameters = parameters(engine);
		parameters.setEndpointIdentificationAlgorithm("HTTPS");
		engine.setSSLParameters(parameters);
		return engine;
	}

	private static SSLParameters parameters(SSLEngine engine) {
		var parameters = engine.getSSLParameters();
		parameters.setProtocols(new String[] { "TLSv1.3", "TLSv1.2" });
		return parameters;
	}

	/** For a new connection. */
	SSLContext context() {
		var now = stamp();
		if (now.equals(stamp))
			return context;
		stamp = now;
		try {
			context = read();
			LOG.log(System.Logger.Level.INFO, "read again: " + access.files());
		} catch (IOException e) {
			LOG.log(System.Logger.Level.WARNING, e.getMessage() + "; new connections are given what was there before");
		}
		return context;
	}

	private List<Object> stamp() {
		var stamp = new ArrayList<Object>();
		for (var file : Stream.of(access.cert, access.key, access.ca).filter(it -> !it.isEmpty()).toList())
			try {
				var attributes = Files.readAttributes(Path.of(file), BasicFileAttributes.class);
				stamp.addAll(List.of(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey()));
			} catch (IOException e) {
				stamp.add("missing"); // read() says so
			}
		return stamp;
	}

	private SSLContext read() throws IOException {
		try {
			var fresh = SSLContext.getInstance("TLS");
			fresh.init(identity(), authorities(), null);
			return fresh;
		} catch (GeneralSecurityException e) {
			throw new IOException(access.files() + ": " + e.getMessage() + "; allowed: PEM files that belong together", e);
		}
	}

	private KeyManager[] identity() throws IOException, GeneralSecurityException {
		if (access.cert.isEmpty())
			return null;
		var chain = Pem.certificates("cert", access.cert);
		var key = Pem.key("key", access.key);
		if (!belongs(key, chain.getFirst()))
			throw new IOException("key=" + access.key + " is not the key of the first certificate in cert=" + access.cert
					+ "; allowed: two files that belong together");
		var store = emptyStore();
		store.setKeyEntry("own", key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
		var factory = KeyManagerFactory.getInstance("PKIX");
		factory.init(store, NO_PASSWORD);
		return factory.getKeyManagers();
	}

	/** The JDK would find out in the first handshake, and tell only the client. */
	private static boolean belongs(PrivateKey key, X509Certificate certificate) throws GeneralSecurityException {
		String algorithm = switch (key.getAlgorithm()) {
			case "RSA" -> "SHA256withRSA";
			case "EC" -> "SHA256withECDSA";
			default -> "Ed25519";
		};
		var signature = Signature.getInstance(algorithm);
		var text = new byte[32];
		signature.initSign(key);
		signature.update(text);
		byte[] signed = signature.sign();
		try {
			signature.initVerify(certificate.getPublicKey());
			signature.update(text);
			return signature.verify(signed);
		} catch (GeneralSecurityException e) {
			return false; // of another algorithm
		}
	}

	/** Null: those of the JDK. */
	private TrustManager[] authorities() throws IOException, GeneralSecurityException {
		if (access.ca.isEmpty())
			return null;
		var store = emptyStore();
		for (var authority : Pem.certificates("ca", access.ca))
			store.setCertificateEntry("ca" + store.size(), authority);
		var factory = TrustManagerFactory.getInstance("PKIX");
		factory.init(store);
		return factory.getTrustManagers();
	}

	private static KeyStore emptyStore() throws IOException, GeneralSecurityException {
		var store = KeyStore.getInstance("PKCS12");
		store.load(null, null);
		return store;
	}
}
