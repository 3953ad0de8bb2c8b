package bus.api;

import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** The file that Felix File Install read a configuration from, if it did. */
public final class ConfigurationFile {

	/** The property in which File Install leaves the file, as a URI. */
	public static final String PROPERTY = "felix.fileinstall.filename";

	private ConfigurationFile() {
	}

	/**
	 * Answers the file, or nothing if the configuration came another way. Any thread; does not look whether the file is
	 * still there.
	 *
	 * @param properties of a configuration, or of a service or component made from it
	 */
	public static Optional<Path> of(Map<String, ?> properties) {
		try {
			return Optional.ofNullable(properties.get(PROPERTY)).map(uri -> Path.of(URI.create(uri.toString())));
		} catch (IllegalArgumentException | FileSystemNotFoundException e) {
			return Optional.empty(); // not a file's URI: from a repository on the network
		}
	}

	/**
	 * Answers what a message about a configuration should begin with: its file's name without the folder.
	 *
	 * @param properties as for {@link #of}
	 * @param otherwise the answer for a configuration that did not come from a file
	 */
	public static String name(Map<String, ?> properties, String otherwise) {
		var uri = properties.get(PROPERTY);
		return of(properties).map(file -> file.getFileName().toString())
				.orElseGet(() -> uri == null ? otherwise : uri.toString());
	}
}
