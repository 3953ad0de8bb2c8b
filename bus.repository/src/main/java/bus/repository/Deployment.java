package bus.repository;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * Makes the framework have what the jars say: one bundle for each symbolic name, of the newest jar. A bundle of the
 * application that has the same name gets the jar's content while the jar is there: two bundles of one kind of port
 * would plug every port twice.
 */
final class Deployment {
	private static final long PATIENCE_S = 20;

	private final System.Logger log = System.getLogger("vport");
	private final BundleContext context;
	private final FrameworkWiring framework;
	private final Map<Path, Jar> jars = new TreeMap<>();
	/** By symbolic name: the jar whose content a bundle has. */
	private final Map<String, Jar> loaded = new HashMap<>();
	private final Map<String, Bundle> bundles = new HashMap<>();
	/** Bundles of the application that have a jar's content, by name, and the versions that they had. */
	private final Map<String, Version> replaced = new HashMap<>();
	/** Bundles with new content, or none: others may still use the old. */
	private final Set<Bundle> changed = new LinkedHashSet<>();
	private final Set<String> toStart = new LinkedHashSet<>();
	private final Map<Path, String> complaints = new HashMap<>();

	Deployment(BundleContext context) {
		this.context = context;
		framework = context.getBundle(Constants.SYSTEM_BUNDLE_ID).adapt(FrameworkWiring.class);
	}

	void apply(FolderScan.Changes changes) {
		var names = new LinkedHashSet<String>();
		for (var path : changes.gone()) {
			complaints.remove(path);
			become(null, jars.remove(path), names);
		}
		for (var path : changes.changed())
			try {
				var jar = Jar.read(path);
				complaints.remove(path);
				become(jar, jars.put(path, jar), names);
			} catch (IOException e) {
				complain(ERROR, path, e.getMessage()); // what was read before goes on
			}
		// what stays is updated first: a refresh would otherwise come between
		names.stream().sorted(Comparator.comparing(name -> jarsOf(name).isEmpty())).forEach(this::settle);
		refresh();
		startAll();
	}

	private static void become(Jar jar, Jar before, Set<String> names) {
		Stream.of(jar, before).filter(Objects::nonNull).map(Jar::name).forEach(names::add);
	}

	/** What is wrong with a jar, empty if nothing is. */
	String complaint(Path path) {
		return complaints.getOrDefault(path, "");
	}

	/** The file that a bundle has its content from, or null. */
	Path source(String name) {
		return loaded.containsKey(name) ? loaded.get(name).path() : null;
	}

	boolean waits() {
		return !toStart.isEmpty();
	}

	private List<Jar> jarsOf(String name) {
		return jars.values().stream().filter(jar -> jar.name().equals(name))
				.sorted(Comparator.comparing(Jar::version).reversed()).toList();
	}

	private void settle(String name) {
		var all = jarsOf(name);
		all.forEach(jar -> complaints.remove(jar.path()));
		if (all.isEmpty()) {
			unload(name);
			return;
		}
		var newest = all.getFirst();
		for (var other : all.subList(1, all.size()))
			complain(WARNING, other.path(), "not used, because " + newest.file() + " has " + newest
					+ "; delete one of the two");
		var old = loaded.get(name);
		if (old == null || !old.sha256().equals(newest.sha256()))
			load(newest);
		else
			loaded.put(name, newest);
	}

	private void load(Jar jar) {
		try (var content = Files.newInputStream(jar.path())) {
			var bundle = installed(jar.name());
			if (bundle == null) {
				bundle = context.installBundle(jar.path().toUri().toString(), content);
				log.log(INFO, jar.file() + ": " + jar + " is installed");
			} else {
				if (!loaded.containsKey(jar.name()) || replaced.containsKey(jar.name()))
					replace(bundle, jar);
				var before = bundle.getVersion();
				update(bundle, content);
				log.log(INFO, jar.file() + ": " + jar + " takes the place of " + before);
				changed.add(bundle);
			}
			loaded.put(jar.name(), jar);
			bundles.put(jar.name(), bundle);
			toStart.add(jar.name());
		} catch (IOException | BundleException e) {
			complain(ERROR, jar.path(), reason(e));
		}
	}

	/**
	 * Stopped first: an update that starts the bundle fails in the same way whether the content or the start was at fault.
	 * The next start follows at once, and the bus keeps the places of its ports for so long.
	 */
	private void update(Bundle bundle, InputStream content) throws BundleException {
		boolean active = bundle.getState() == Bundle.ACTIVE;
		bundle.stop(Bundle.STOP_TRANSIENT);
		try {
			bundle.update(content);
		} catch (BundleException e) {
			if (active)
				bundle.start(Bundle.START_TRANSIENT);
			throw e;
		}
	}

	private void unload(String name) {
		var jar = loaded.remove(name);
		var bundle = bundles.remove(name);
		toStart.remove(name);
		boolean applications = replaced.remove(name) != null;
		if (jar == null || bundle.getState() == Bundle.UNINSTALLED)
			return;
		try {
			if (applications) {
				// the launcher of vport.jar names bundles after entries of that jar, the class path; null is the location
				update(bundle, ClassLoader.getSystemResourceAsStream(bundle.getLocation()));
				bundle.start(Bundle.START_ACTIVATION_POLICY);
				log.log(INFO, jar.file() + " is gone: " + name + " " + bundle.getVersion() + " is back");
			} else {
				bundle.uninstall();
				log.log(INFO, jar.file() + " is gone: " + jar + " is uninstalled");
			}
			changed.add(bundle);
		} catch (BundleException e) {
			log.log(ERROR, jar.file() + ": " + reason(e));
		}
	}

	/** What carries the bus would take every machine's device along. */
	private void refuseTheBus(Bundle bundle) throws BundleException {
		var wiring = bundle.adapt(BundleWiring.class);
		if (bundle.getSymbolicName().startsWith("bus.")
				|| wiring != null && !wiring.getProvidedWires(null).isEmpty())
			throw new BundleException("the application has " + bundle.getSymbolicName() + " " + bundle.getVersion()
					+ ", which other bundles use; it comes with vport and is not replaced");
	}

	/** Not by an older version: the jar was put there for an older vport. */
	private void replace(Bundle bundle, Jar jar) throws BundleException {
		var own = replaced.getOrDefault(jar.name(), bundle.getVersion());
		if (jar.version().compareTo(own) < 0) {
			unload(jar.name());
			throw new BundleException("not used, because vport has the newer " + jar.name() + " " + own
					+ "; delete the jar");
		}
		refuseTheBus(bundle);
		replaced.put(jar.name(), own);
	}

	private Bundle installed(String name) {
		return Stream.of(context.getBundles()).filter(bundle -> name.equals(bundle.getSymbolicName())).findFirst()
				.orElse(null);
	}

	/**
	 * Others that still use what is gone get what is there, unless one of them is the application's: that one goes on with
	 * the old content until the next start of vport.
	 */
	private void refresh() {
		var stale = changed.stream().filter(bundle -> users(bundle).stream()
				.allMatch(user -> user == bundle || bundles.containsValue(user))).toList();
		stale.stream().flatMap(bundle -> users(bundle).stream()).filter(user -> user.getState() == Bundle.ACTIVE)
				.map(Bundle::getSymbolicName).filter(loaded::containsKey).forEach(toStart::add);
		changed.clear();
		if (stale.stream().allMatch(bundle -> users(bundle).size() <= 1))
			return;
		var done = new CountDownLatch(1);
		framework.refreshBundles(stale, event -> done.countDown());
		try {
			if (!done.await(PATIENCE_S, TimeUnit.SECONDS))
				log.log(WARNING, "the framework has not refreshed " + stale + " in " + PATIENCE_S + " s");
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		}
	}

	private Collection<Bundle> users(Bundle bundle) {
		return framework.getDependencyClosure(List.of(bundle));
	}

	/** Bundles that were installed or updated, and those that could not be started so far. */
	void startAll() {
		for (var name : List.copyOf(toStart)) {
			var bundle = bundles.get(name);
			var jar = loaded.get(name);
			try {
				if (bundle.getState() != Bundle.UNINSTALLED)
					start(bundle);
				toStart.remove(name);
				complaints.remove(jar.path());
			} catch (BundleException e) {
				complain(ERROR, jar.path(), Missing.of(bundle, framework).orElse(reason(e)));
			}
		}
	}

	private void start(Bundle bundle) throws BundleException {
		if (bundle.getHeaders().get(Constants.FRAGMENT_HOST) == null)
			bundle.start(Bundle.START_ACTIVATION_POLICY);
		else if (!framework.resolveBundles(List.of(bundle)))
			throw new BundleException("is a fragment, and " + bundle.getHeaders().get(Constants.FRAGMENT_HOST)
					+ " is not there or runs already");
	}

	private void complain(System.Logger.Level level, Path path, String problem) {
		if (!problem.equals(complaints.put(path, problem)))
			log.log(level, path.getFileName() + ": " + problem);
	}

	private static String reason(Exception e) {
		Throwable cause = e;
		while (cause.getCause() != null)
			cause = cause.getCause();
		return Objects.requireNonNullElse(cause.getMessage(), cause.toString()).lines().findFirst().orElse("failed");
	}
}
