package bus.repository;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarInputStream;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

import javax.xml.stream.XMLStreamException;

import org.apache.felix.utils.repository.StaxParser;
import org.apache.felix.utils.resource.ResourceBuilder;
import org.osgi.framework.BundleException;
import org.osgi.resource.Resource;

/** Reads an index of bundles: XML as the OSGi repository specification has it, plain or gzipped; or one jar. */
final class Index {
	/** A server that does not answer must not hold up the shell for ever. */
	private static final int PATIENCE_MS = 15_000;
	private static final int GZIP = 0x1f8b;
	/** Indexes that name each other in a circle, or without an end. */
	private static final int MOST_INDEXES = 64;

	private Index() {
	}

	/**
	 * @return the bundles of an index, and of those that it refers to
	 * @throws IOException with a message that names the index
	 */
	static List<Resource> read(URI uri) throws IOException {
		var resources = new ArrayList<Resource>();
		read(uri, resources, new HashSet<>());
		return resources;
	}

	private static void read(URI uri, List<Resource> resources, Set<URI> read) throws IOException {
		if (!read.add(uri) || read.size() > MOST_INDEXES)
			return;
		try (var in = new BufferedInputStream(open(uri))) {
			if (uri.getPath() != null && uri.getPath().endsWith(".jar")) {
				resources.add(jar(uri, in));
				return;
			}
			var index = StaxParser.parse(uri, isPacked(in) ? new GZIPInputStream(in) : in);
			resources.addAll(index.resources);
			for (var referral : index.referrals)
				read(uri.resolve(referral.url), resources, read);
		} catch (IOException | XMLStreamException | BundleException | RuntimeException e) {
			throw new IOException("index " + uri + " cannot be read: " + reason(e), e);
		}
	}

	static InputStream open(URI uri) throws IOException {
		var connection = uri.toURL().openConnection();
		connection.setConnectTimeout(PATIENCE_MS);
		connection.setReadTimeout(PATIENCE_MS);
		connection.setUseCaches(false);
		return connection.getInputStream();
	}

	private static boolean isPacked(InputStream in) throws IOException {
		in.mark(2);
		int begin = in.read() << 8 | in.read();
		in.reset();
		return begin == GZIP;
	}

	private static Resource jar(URI uri, InputStream in) throws IOException, BundleException {
		try (var jar = new JarInputStream(in, false)) {
			if (jar.getManifest() == null)
				throw new IOException("is not a bundle: no manifest at its beginning");
			return ResourceBuilder.build(uri.toString(), jar.getManifest().getMainAttributes().entrySet().stream()
					.collect(Collectors.toMap(header -> header.getKey().toString(), header -> header.getValue().toString())));
		}
	}

	private static String reason(Exception e) {
		return e instanceof java.io.FileNotFoundException || e instanceof java.nio.file.NoSuchFileException
				? "not found" : String.valueOf(e.getMessage()).lines().findFirst().orElse(e.toString());
	}
}
