package bus.repository;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;

import org.osgi.framework.Version;
import org.osgi.framework.namespace.IdentityNamespace;
import org.osgi.resource.Resource;
import org.osgi.service.repository.ContentNamespace;

/**
 * A bundle that can be installed: a resource of an index, in words.
 *
 * @param resource what the resolver knows it as
 * @param url where its jar is
 * @param sha256 of the jar, in hexadecimal digits; empty if the index has none
 * @param size of the jar in bytes, or -1
 */
record Offer(Resource resource, String name, Version version, URI url, String sha256, long size) {
	private static final int SHA256_DIGITS = 64;

	/** Empty for what is no bundle, or has no jar. */
	static Optional<Offer> of(Resource resource) {
		var identity = resource.getCapabilities(IdentityNamespace.IDENTITY_NAMESPACE);
		var content = resource.getCapabilities(ContentNamespace.CONTENT_NAMESPACE);
		if (identity.isEmpty() || content.isEmpty())
			return Optional.empty();
		var who = identity.getFirst().getAttributes();
		var what = content.getFirst().getAttributes();
		if (!(who.get(IdentityNamespace.IDENTITY_NAMESPACE) instanceof String name)
				|| !(who.get(IdentityNamespace.CAPABILITY_VERSION_ATTRIBUTE) instanceof Version version)
				|| !(what.get(ContentNamespace.CAPABILITY_URL_ATTRIBUTE) instanceof String url)
				|| !String.valueOf(who.get(IdentityNamespace.CAPABILITY_TYPE_ATTRIBUTE)).startsWith("osgi."))
			return Optional.empty();
		var digest = String.valueOf(what.get(ContentNamespace.CONTENT_NAMESPACE)).toLowerCase(Locale.ROOT);
		return Optional.of(new Offer(resource, name, version, URI.create(url),
				digest.length() == SHA256_DIGITS ? digest : "",
				what.get(ContentNamespace.CAPABILITY_SIZE_ATTRIBUTE) instanceof Number size ? size.longValue() : -1));
	}

	@Override
	public String toString() {
		return name + " " + version;
	}
}
