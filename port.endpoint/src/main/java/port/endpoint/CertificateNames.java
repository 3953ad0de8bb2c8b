package port.endpoint;

import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/** What the peer of a TLS connection is called: the names that its authority has vouched for. */
final class CertificateNames {
	private static final int DNS = 2;

	private CertificateNames() {
	}

	/** Common name and DNS names, the first one the best to show; none of a peer that has shown no certificate. */
	static List<String> of(SSLSession session) {
		try {
			Certificate[] chain = session.getPeerCertificates();
			return chain[0] instanceof X509Certificate certificate ? of(certificate) : List.of();
		} catch (SSLPeerUnverifiedException e) {
			return List.of();
		}
	}

	static List<String> of(X509Certificate certificate) {
		var names = new LinkedHashSet<String>();
		try {
			for (var part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns().reversed())
				if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String name)
					names.add(name);
			var alternatives = certificate.getSubjectAlternativeNames();
			if (alternatives != null)
				for (var alternative : alternatives)
					if (alternative.getFirst().equals(DNS))
						names.add((String) alternative.get(1));
		} catch (InvalidNameException | CertificateParsingException e) {
			// a name that cannot be read is on no list
		}
		return new ArrayList<>(names);
	}
}
