package bus.app;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.SynchronousConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

import bus.api.ConfigurationFile;

/**
 * Writes to the configuration folder what arrives through Config Admin: from another bundle, or from a console. So a
 * start finds it again, and an operator finds everything in one place. The framework's own storage is wiped at each
 * start: it would bring back a port whose file was deleted while vport was down.
 *
 * <p>File Install could write changes back, and is told not to. It rewrites a file whenever it has read it, under the
 * editor of whoever has just saved it; it deletes a file that has come back while the configuration was being deleted;
 * and it knows nothing of configurations without a file.
 *
 * <p>Thread: that of whoever changes a configuration. What {@code update} was called for is on the disk when it returns.
 */
@Component(immediate = true)
public final class SavedConfigurations implements SynchronousConfigurationListener {
	/** What Config Admin and File Install add. */
	private static final Set<String> OTHERS = Set.of(Constants.SERVICE_PID, ConfigurationAdmin.SERVICE_FACTORYPID,
			ConfigurationAdmin.SERVICE_BUNDLELOCATION, ConfigurationFile.PROPERTY);

	private final System.Logger log = System.getLogger("vport");
	private final ConfigurationAdmin admin;
	private final ConfigText text;
	private final Path folder;
	private final Map<String, Saved> saved = new ConcurrentHashMap<>();

	@Activate
	public SavedConfigurations(BundleContext context, @Reference ConfigurationAdmin admin) throws IOException {
		this.admin = admin;
		text = new ConfigText(context);
		folder = Path.of(context.getProperty("felix.fileinstall.dir"));
		var there = list(null);
		if (there != null)
			for (var configuration : there)
				save(configuration);
	}

	@Override
	public void configurationEvent(ConfigurationEvent event) {
		try {
			if (event.getType() == ConfigurationEvent.CM_DELETED)
				delete(event.getPid());
			var found = list("(" + Constants.SERVICE_PID + "=" + event.getPid() + ")");
			if (event.getType() == ConfigurationEvent.CM_UPDATED && found != null)
				save(found[0]);
		} catch (IOException e) {
			log.log(System.Logger.Level.WARNING, "configuration " + event.getPid() + " will be lost with the next start: "
					+ e.getMessage());
		}
	}

	private void save(Configuration configuration) throws IOException {
		var properties = configuration.getProperties();
		if (properties == null || !Files.isDirectory(folder))
			return;
		var values = new HashMap<String, Object>();
		for (var keys = properties.keys(); keys.hasMoreElements();) {
			var key = keys.nextElement();
			if (!OTHERS.contains(key))
				values.put(key, properties.get(key));
		}
		var pid = configuration.getPid();
		var path = properties.get(ConfigurationFile.PROPERTY) instanceof String uri ? Path.of(URI.create(uri))
				: saved.containsKey(pid) ? saved.get(pid).file() : fileFor(configuration, values);
		boolean there = Files.exists(path);
		// a file that nobody has read yet is read soon, and what it says holds
		if (there && !saved.containsKey(pid) && properties.get(ConfigurationFile.PROPERTY) == null)
			return;
		saved.put(pid, new Saved(path, values));
		if (byFileInstall())
			return; // it has read this from a file; if that has gone since, it will notice
		if (!there || !ConfigText.same(text.read(path), values))
			write(path, text.edited(there ? Files.readString(path) : "", values));
	}

	/** The name from which File Install makes the same PID again. */
	private Path fileFor(Configuration configuration, Map<String, Object> values) throws IOException {
		var pid = configuration.getPid();
		var factory = configuration.getFactoryPid();
		var name = factory == null ? pid : factory + "-" + pid.substring(factory.length() + 1);
		if ((factory == null ? pid : factory).contains("-") || name.contains("/"))
			throw new IOException("no file can be named after it");
		boolean typed = !values.values().stream().allMatch(String.class::isInstance);
		return folder.resolve(name + (typed ? ".config" : ".cfg"));
	}

	/** Whole or not at all: vport may be stopped in the middle, and File Install may look. */
	private static void write(Path path, String text) throws IOException {
		var target = Files.exists(path) ? path.toRealPath() : path;
		var part = target.resolveSibling("." + target.getFileName() + ".part");
		Files.writeString(part, text, StandardCharsets.UTF_8);
		if (Files.exists(target))
			Files.setPosixFilePermissions(part, Files.getPosixFilePermissions(target));
		Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
	}

	/**
	 * Not if somebody has written something else meanwhile: File Install will read it. And not if File Install deletes the
	 * configuration: it does so because it has seen the file gone, so that one which is there is newer.
	 */
	private void delete(String pid) throws IOException {
		var old = saved.remove(pid);
		if (old != null && !byFileInstall() && Files.exists(old.file()) && ConfigText.same(text.read(old.file()), old.values()))
			Files.deleteIfExists(old.file());
	}

	private static boolean byFileInstall() {
		return Thread.currentThread().getClass().getName().startsWith("org.apache.felix.fileinstall.");
	}

	private Configuration[] list(String filter) throws IOException {
		try {
			return admin.listConfigurations(filter);
		} catch (InvalidSyntaxException e) {
			throw new IOException("no file can be named after it", e);
		}
	}

	/**
	 * @param file what holds a configuration
	 * @param values what it held last
	 */
	private record Saved(Path file, Map<String, Object> values) {
	}
}
