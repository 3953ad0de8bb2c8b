package bus.shell;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A configuration as it is kept.
 *
 * @param pid the kind
 * @param label what the user calls the port or bus
 * @param file where it comes from, and where it is to be changed
 * @param values its keys, without those of OSGi
 */
record Stored(String pid, String label, Optional<Path> file, Map<String, String> values) {

	String source() {
		return file.map(path -> path.getFileName().toString()).orElse(pid + "~" + label);
	}
}
