package port.testkit;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509KeyManager;

/** An authority that signs the certificates of one test, with the JDK's {@code keytool}; each takes half a second. */
public final class TestAuthority {
	private static final String PASSWORD = "changeit";
	private static final String CA = "authority";

	private final Path folder;
	private final Path store;

	/**
	 * A certificate with its key, both as PEM files.
	 *
	 * @param cert the certificate and that of its authority
	 * @param key the private key, PKCS#8
	 */
	public record Papers(String name, Path cert, Path key) {
	}

	/** @param folder for the files; one authority each */
	public TestAuthority(Path folder) throws IOException, InterruptedException {
		this.folder = Files.createDirectories(folder);
		this.store = folder.resolve("store.p12");
		keytool("-genkeypair", "-alias", CA, "-keyalg", "EC", "-dname", "CN=Test Authority " + folder.getFileName(),
				"-ext", "bc:critical=ca:true", "-ext", "ku:critical=keyCertSign,cRLSign");
	}

	/** Its own certificate, as others who trust it have it. */
	public Path ca() throws IOException, GeneralSecurityException {
		return Files.writeString(folder.resolve("ca.pem"), pem("CERTIFICATE", load().getCertificate(CA).getEncoded()));
	}

	/**
	 * Signs a certificate that can be shown by clients and by servers.
	 *
	 * @param name the common name
	 * @param algorithm of the key: {@code EC}, {@code RSA}, {@code Ed25519}
	 * @param alternatives further names, for instance {@code dns:localhost} or {@code ip:127.0.0.1}
	 */
	public Papers issue(String name, String algorithm, String... alternatives)
			throws IOException, InterruptedException, GeneralSecurityException {
		var command = new ArrayList<>(List.of("-genkeypair", "-alias", name, "-keyalg", algorithm, "-dname", "CN=" + name,
				"-signer", CA));
		if (alternatives.length > 0)
			command.addAll(List.of("-ext", "san=" + String.join(",", alternatives)));
		keytool(command.toArray(String[]::new));
		var all = load();
		var chain = new StringBuilder();
		for (Certificate certificate : all.getCertificateChain(name))
			chain.append(pem("CERTIFICATE", certificate.getEncoded()));
		Key key = all.getKey(name, PASSWORD.toCharArray());
		return new Papers(name, Files.writeString(folder.resolve(name + ".pem"), chain),
				Files.writeString(folder.resolve(name + ".key"), pem("PRIVATE KEY", key.getEncoded())));
	}

	/**
	 * What the JDK's own sockets need.
	 *
	 * @param papers to be shown, of this authority; null for none
	 */
	public SSLContext context(Papers papers) throws IOException, GeneralSecurityException {
		return context(papers, this);
	}

	/** As {@link #context(Papers)}, for who trusts another authority. */
	public SSLContext context(Papers papers, TestAuthority trusted) throws IOException, GeneralSecurityException {
		var believed = empty();
		believed.setCertificateEntry(CA, trusted.load().getCertificate(CA));
		var trust = TrustManagerFactory.getInstance("PKIX");
		trust.init(believed);
		var own = empty();
		if (papers != null)
			own.setKeyEntry("own", load().getKey(papers.name(), PASSWORD.toCharArray()), PASSWORD.toCharArray(),
					load().getCertificateChain(papers.name()));
		var keys = KeyManagerFactory.getInstance("SunX509"); // which leaves aliases as they are
		keys.init(own, PASSWORD.toCharArray());
		var context = SSLContext.getInstance("TLS");
		context.init(new KeyManager[] { new Stubborn((X509KeyManager) keys.getKeyManagers()[0]) }, trust.getTrustManagers(), null);
		return context;
	}

	private static KeyStore empty() throws IOException, GeneralSecurityException {
		var empty = KeyStore.getInstance("PKCS12");
		empty.load(null, null);
		return empty;
	}

	private KeyStore load() throws IOException, GeneralSecurityException {
		return KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
	}

	private static String pem(String what, byte[] encoded) {
		return "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(encoded)
				+ "\n-----END " + what + "-----\n";
	}

	private void keytool(String... arguments) throws IOException, InterruptedException {
		var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
		command.addAll(List.of(arguments));
		command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD, "-validity", "3"));
		var process = new ProcessBuilder(command).redirectErrorStream(true).start();
		var output = new String(process.getInputStream().readAllBytes());
		if (process.waitFor() != 0)
			throw new IOException(command + ": " + output);
	}

	/** Shows what there is to whoever asks; the JDK's keeps back what the other side will not believe. */
	private static final class Stubborn extends X509ExtendedKeyManager {
		private final X509KeyManager keys;

		Stubborn(X509KeyManager keys) {
			this.keys = keys;
		}

		@Override
		public String chooseClientAlias(String[] kinds, Principal[] issuers, Socket socket) {
			return keys.getPrivateKey("own") == null ? null : "own";
		}

		@Override
		public String chooseEngineClientAlias(String[] kinds, Principal[] issuers, SSLEngine engine) {
			return chooseClientAlias(kinds, issuers, null);
		}

		@Override
		public String chooseEngineServerAlias(String kind, Principal[] issuers, SSLEngine engine) {
			return keys.chooseServerAlias(kind, issuers, null);
		}

		@Override
		public String chooseServerAlias(String kind, Principal[] issuers, Socket socket) {
			return keys.chooseServerAlias(kind, issuers, socket);
		}

		@Override
		public String[] getClientAliases(String kind, Principal[] issuers) {
			return keys.getClientAliases(kind, null);
		}

		@Override
		public String[] getServerAliases(String kind, Principal[] issuers) {
			return keys.getServerAliases(kind, issuers);
		}

		@Override
		public X509Certificate[] getCertificateChain(String alias) {
			return keys.getCertificateChain(alias);
		}

		@Override
		public PrivateKey getPrivateKey(String alias) {
			return keys.getPrivateKey(alias);
		}
	}
}
