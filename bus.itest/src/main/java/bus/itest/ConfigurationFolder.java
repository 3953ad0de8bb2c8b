package bus.itest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.osgi.framework.FrameworkUtil;

/**
 * The folder that vport's configurations and jars are in: there during a test, and only then, because bus.app writes into
 * it what comes through Config Admin. To be registered before the {@link Operator}, so that it goes after everything else.
 */
final class ConfigurationFolder implements BeforeEachCallback, AfterEachCallback {
	private final Path path = Path.of(FrameworkUtil.getBundle(ConfigurationFolder.class).getBundleContext()
			.getProperty("felix.fileinstall.dir"));
	private final AfterEachCallback emptying;

	/**
	 * @param emptying takes care that the folder is empty, when the operator has deleted every configuration
	 */
	ConfigurationFolder(AfterEachCallback emptying) {
		this.emptying = emptying;
	}

	Path file(String name) {
		return path.resolve(name);
	}

	/** The names of what is there, sorted. */
	List<String> files() throws IOException {
		try (var files = Files.list(path)) {
			return files.map(file -> file.getFileName().toString()).sorted().toList();
		}
	}

	void deleteFiles() throws IOException {
		for (var file : files())
			Files.delete(file(file));
	}

	@Override
	public void beforeEach(ExtensionContext test) throws IOException {
		Files.createDirectories(path);
	}

	@Override
	public void afterEach(ExtensionContext test) throws Exception {
		emptying.afterEach(test);
		Files.delete(path);
	}
}
