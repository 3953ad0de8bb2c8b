package bus.shell;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

import bus.api.ConfigurationFile;
import bus.shell.command.CommandException;

/**
 * Writes configurations where the operator looks for them: into the folder that File Install watches. What came another
 * way, or where there is no folder, goes to Config Admin.
 *
 * @param named the folder as it is called, whether or not it is there
 */
record Configurations(Optional<Path> named, Charset charset, ConfigurationAdmin admin) {
	private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
	private static final String TYPED = ".config";

	static Configurations of(BundleContext context, ConfigurationAdmin admin) {
		// several folders, parted by commas, are watched alike; the first is the one that ./vport run --config names
		var folder = Optional.ofNullable(context.getProperty("felix.fileinstall.dir"))
				.map(folders -> Path.of(folders.split(",")[0].strip()).toAbsolutePath());
		var encoding = context.getProperty("felix.fileinstall.configEncoding");
		return new Configurations(folder, encoding == null ? StandardCharsets.ISO_8859_1 : Charset.forName(encoding), admin);
	}

	/** Asked anew each time: File Install may make it later than these commands come. */
	private Optional<Path> folder() {
		return named.filter(Files::isDirectory);
	}

	Optional<Stored> find(String pid, String label) throws IOException {
		var written = folder().map(path -> path.resolve(fileName(pid, label))).filter(Files::exists);
		var known = configuration(pid, label);
		var file = known.flatMap(it -> ConfigurationFile.of(properties(it))).or(() -> written);
		if (file.isPresent() && Files.exists(file.get()) && !isTyped(file.get()))
			return Optional.of(new Stored(pid, label, file, CfgText.values(Files.readString(file.get(), charset))));
		return known.map(it -> new Stored(pid, label, file, own(properties(it))));
	}

	private static String fileName(String pid, String label) {
		return pid + "-" + label + ".cfg";
	}

	private static boolean isTyped(Path file) {
		return file.toString().endsWith(TYPED);
	}

	Stored create(String pid, String label, Map<String, String> values) throws IOException {
		if (!LABEL.matcher(label).matches())
			throw new CommandException("label " + label + "; allowed: letters, digits, and . _ - after the first");
		if (folder().isPresent()) {
			var file = folder().get().resolve(fileName(pid, label));
			write(file, CfgText.changed("", values));
			return new Stored(pid, label, Optional.of(file), values);
		}
		admin.getFactoryConfiguration(pid, label, "?").update(dictionary(values));
		return new Stored(pid, label, Optional.empty(), values);
	}

	/**
	 * @param changes an empty value takes the key out
	 */
	Stored change(Stored stored, Map<String, String> changes) throws IOException {
		var values = with(stored.values(), changes);
		if (stored.file().isPresent()) {
			var file = stored.file().get();
			if (isTyped(file))
				throw new CommandException(file + " is in Felix's typed format; edit it by hand");
			write(file, CfgText.changed(Files.readString(file, charset), changes));
		} else {
			var configuration = configuration(stored.pid(), stored.label()).orElseThrow(
					() -> new CommandException(stored.source() + " is gone"));
			var properties = configuration.getProperties();
			changes.forEach((key, value) -> {
				if (value.isEmpty())
					properties.remove(key);
				else
					properties.put(key, value);
			});
			configuration.update(properties);
		}
		return new Stored(stored.pid(), stored.label(), stored.file(), values);
	}

	static Map<String, String> with(Map<String, String> values, Map<String, String> changes) {
		var changed = new LinkedHashMap<>(values);
		changed.putAll(changes);
		changed.values().removeIf(String::isEmpty);
		return changed;
	}

	void delete(Stored stored) throws IOException {
		if (stored.file().isPresent() && Files.deleteIfExists(stored.file().get()))
			return;
		var configuration = configuration(stored.pid(), stored.label());
		if (configuration.isPresent())
			configuration.get().delete();
	}

	/** Nobody sees half a file: File Install would take it for the whole. */
	private void write(Path file, String text) throws IOException {
		var target = Files.exists(file) ? file.toRealPath() : file;
		var draft = target.resolveSibling("." + target.getFileName() + ".new");
		try {
			Files.writeString(draft, text, charset);
			if (Files.exists(target))
				Files.setPosixFilePermissions(draft, Files.getPosixFilePermissions(target));
			Files.move(draft, target, ATOMIC_MOVE);
		} catch (IOException e) {
			Files.deleteIfExists(draft);
			throw new CommandException(target + " cannot be written: " + e.getMessage());
		}
	}

	private Optional<Configuration> configuration(String pid, String label) throws IOException {
		try {
			var all = admin.listConfigurations("(service.factoryPid=" + pid + ")");
			return all == null ? Optional.empty()
					: Stream.of(all).filter(it -> it.getPid().equals(pid + "~" + label)).findFirst();
		} catch (InvalidSyntaxException e) {
			throw new IllegalArgumentException(pid, e);
		}
	}

	private static Map<String, Object> properties(Configuration configuration) {
		var properties = new LinkedHashMap<String, Object>();
		var dictionary = configuration.getProperties();
		if (dictionary != null)
			Collections.list(dictionary.keys()).forEach(key -> properties.put(key, dictionary.get(key)));
		return properties;
	}

	private static Map<String, String> own(Map<String, Object> properties) {
		var own = new LinkedHashMap<String, String>();
		properties.forEach((key, value) -> {
			if (!key.startsWith("service.") && !key.startsWith("felix."))
				own.put(key, String.valueOf(value));
		});
		return own;
	}

	private static Dictionary<String, Object> dictionary(Map<String, String> values) {
		return new Hashtable<>(values);
	}
}
