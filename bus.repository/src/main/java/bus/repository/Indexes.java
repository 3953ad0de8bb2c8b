package bus.repository;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import org.osgi.resource.Resource;

/** The indexes that an operator has configured. What was read is kept for a while, for completion asks at every TAB. */
final class Indexes {
	private static final long FRESH_NS = TimeUnit.SECONDS.toNanos(30);

	private final List<URI> uris;
	private final Map<URI, Read> read = new ConcurrentHashMap<>();

	/**
	 * @param places paths and URLs, some of them perhaps several with commas between
	 * @param folder what relative paths are relative to
	 */
	Indexes(List<String> places, Path folder) {
		uris = places.stream().flatMap(place -> Arrays.stream(place.split(","))).map(String::strip)
				.filter(place -> !place.isEmpty()).map(place -> uri(place, folder)).toList();
	}

	/** A URL as it is; anything else is a path. */
	static URI uri(String place, Path folder) {
		return place.matches("[a-z][a-z0-9+.-]+:.*") ? URI.create(place) : folder.resolve(place).toUri().normalize();
	}

	List<URI> uris() {
		return uris;
	}

	/**
	 * @param problems gets a line for each index that cannot be read
	 * @param asIs whether an answer of half a minute ago is good enough
	 */
	List<Resource> resources(List<String> problems, boolean asIs) {
		var all = new ArrayList<Resource>();
		for (var uri : uris)
			try {
				all.addAll(read(uri, asIs));
			} catch (IOException e) {
				problems.add(e.getMessage());
			}
		return all;
	}

	private List<Resource> read(URI uri, boolean asIs) throws IOException {
		var known = read.get(uri);
		if (asIs && known != null && System.nanoTime() - known.time() < FRESH_NS)
			return known.resources();
		var resources = Index.read(uri);
		read.put(uri, new Read(System.nanoTime(), resources));
		return resources;
	}

	private record Read(long time, List<Resource> resources) {
	}
}
