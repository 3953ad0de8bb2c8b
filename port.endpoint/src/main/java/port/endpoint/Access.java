package port.endpoint;

import java.util.Arrays;
import java.util.List;

/**
 * Who may come in, and how both sides prove who they are: the values of the options {@code cert}, {@code key},
 * {@code ca} and {@code allow}.
 */
public final class Access {
	/** What the kernel lets in by itself: the owner of a UNIX socket, anybody at a TCP or vsock socket. */
	public static final Access DEFAULT = new Access("", "", "", AllowList.EVERYBODY);

	final String cert;
	final String key;
	final String ca;
	final AllowList allow;

	private Access(String cert, String key, String ca, AllowList allow) {
		this.cert = cert;
		this.key = key;
		this.ca = ca;
		this.allow = allow;
	}

	/**
	 * Reads the four options; empty means that one is not set. The files are read when a socket is opened with this.
	 *
	 * @param cert a PEM file with the certificate that this side shows, and those between it and the authority
	 * @param key a PEM file with its private key
	 * @param ca a PEM file with the authorities whose certificates are believed. A listener demands one of its clients
	 *        then; of a server it takes the place of the JDK's authorities
	 * @param allow peers, separated by commas: {@code uid:1000} and {@code user:alice} at UNIX sockets,
	 *        {@code name:ops.example.org}, a name in the certificate, with TLS
	 * @throws IllegalArgumentException with a message for the operator
	 */
	public static Access of(String cert, String key, String ca, String allow) {
		return new Access(cert.strip(), key.strip(), ca.strip(), AllowList.parse(allow.strip()));
	}

	/** Refuses what can have no effect at this address: somebody would rely on it. */
	void check(String option, Address address) {
		boolean tls = address instanceof Address.Tls;
		boolean unix = address instanceof Address.Unix || address instanceof Address.Abstract;
		for (var file : List.of("cert=" + cert, "key=" + key, "ca=" + ca))
			if (!tls && !file.endsWith("="))
				throw new IllegalArgumentException(file + "; allowed: only with " + option + "=tls:HOST:PORT");
		if (cert.isEmpty() != key.isEmpty())
			throw new IllegalArgumentException((cert.isEmpty() ? "cert=" : "key=") + "; allowed: a PEM file, because "
					+ (cert.isEmpty() ? "key=" + key : "cert=" + cert) + " is set");
		if (tls && option.equals("listen") && cert.isEmpty())
			throw new IllegalArgumentException(option + "=" + address + "; allowed: with cert= and key=, PEM files");
		if (allow.asksForUsers() && !unix)
			throw new IllegalArgumentException("allow=" + allow + "; allowed: uid: and user: only with " + option
					+ "=unix:");
		if (allow.asksForNames() && !tls)
			throw new IllegalArgumentException("allow=" + allow + "; allowed: name: only with " + option + "=tls:");
		if (allow.asksForNames() && option.equals("listen") && ca.isEmpty())
			throw new IllegalArgumentException("ca=; allowed: a PEM file, because allow=" + allow
					+ " needs certificates that somebody vouches for");
	}

	/** For messages. */
	String files() {
		return (cert.isEmpty() ? "" : "cert=" + cert + " key=" + key + " ") + (ca.isEmpty() ? "" : "ca=" + ca);
	}

	/** For the key of a descriptor that is kept: who changes one of these does not want the old clients. */
	@Override
	public String toString() {
		return String.join(" ", Arrays.asList(cert, key, ca, allow.toString()));
	}
}
