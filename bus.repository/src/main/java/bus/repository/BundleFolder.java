package bus.repository;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * The jars of the configuration folder: they are installed and started, updated when their content changes, uninstalled
 * when they go. File Install can do that too, and does here for configurations only. With jars it puts a second version
 * beside the first, so that each port is plugged twice; refreshes any bundle that could use a new package, the bus
 * included; and updates once more what {@link Installation} has put there.
 *
 * <p>The first look is done when the component is made. So bundles of the folder are there before the last bundle of the
 * application has started, and with them the kinds that the configurations name.
 */
@Component(immediate = true, service = BundleFolder.class)
public final class BundleFolder {
	/** A copy that pauses for longer than this is taken for finished. */
	private static final long LOOK_AGAIN_MS = 250;
	/** Set by bus.boot from -Dvport.config. */
	private static final String FOLDER = "felix.fileinstall.dir";

	private final System.Logger log = System.getLogger("vport");
	private final BundleContext context;
	private final Path folder;
	private final FolderScan scan;
	private final Deployment deployment;
	private final ReentrantLock busy = new ReentrantLock();
	private final BundleListener changes = this::bundleChanged;
	private final Thread thread;
	private volatile boolean bundlesChanged;

	@Activate
	public BundleFolder(BundleContext context) {
		this.context = context;
		folder = Path.of(context.getProperty(FOLDER));
		scan = new FolderScan(folder);
		deployment = new Deployment(context);
		context.addBundleListener(changes);
		look(path -> true);
		thread = Thread.ofPlatform().name("vport bundles").daemon().start(this::watch);
	}

	@Deactivate
	void stop() {
		thread.interrupt();
		context.removeBundleListener(changes);
	}

	/** What came may be what a jar has waited for. */
	private void bundleChanged(BundleEvent event) {
		if (event.getType() == BundleEvent.INSTALLED || event.getType() == BundleEvent.UPDATED)
			bundlesChanged = true;
	}

	private void watch() {
		try {
			while (true) {
				Thread.sleep(LOOK_AGAIN_MS);
				lookOrTell();
			}
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt(); // this bundle stops
		}
	}

	/** One jar on which the framework stumbles does not end the watch over the others. */
	private void lookOrTell() {
		try {
			look(path -> false);
		} catch (RuntimeException e) {
			if (!thread.isInterrupted())
				log.log(System.Logger.Level.ERROR, "bundles of " + folder, e);
		}
	}

	/** Where to make files that this does not take for jars. */
	Path folder() {
		return folder;
	}

	/**
	 * Puts jars into the folder and has their bundles run.
	 *
	 * @param whole jars somewhere in the folder, under names that do not end in {@code .jar}
	 * @return why one of them does not run, and then the folder and the bundles are as before; empty if all do
	 */
	String put(List<Jar> whole) throws IOException {
		busy.lock();
		var before = new HashMap<Path, Path>();
		var placed = new ArrayList<Path>();
		try {
			for (var jar : whole) {
				var place = place(jar);
				if (Files.exists(place))
					before.put(place, Files.move(place, hidden(place, ".old"), REPLACE_EXISTING));
				placed.add(Files.move(jar.path(), place));
			}
			look(placed::contains);
			var problem = placed.stream().filter(place -> !deployment.complaint(place).isEmpty()).findFirst()
					.map(place -> place.getFileName() + ": " + deployment.complaint(place)).orElse("");
			if (problem.isEmpty())
				placed.clear();
			return problem;
		} finally {
			takeBack(placed, before);
			busy.unlock();
		}
	}

	/** The file that the bundle has its content from, so that it goes on under the same name. */
	private Path place(Jar jar) {
		var now = deployment.source(jar.name());
		var plain = folder.resolve(jar.name() + ".jar");
		return now != null ? now : Files.exists(plain) ? folder.resolve(jar.name() + "-" + jar.version() + ".jar") : plain;
	}

	private static Path hidden(Path place, String suffix) {
		return place.resolveSibling("." + place.getFileName() + suffix);
	}

	private void takeBack(List<Path> placed, Map<Path, Path> before) throws IOException {
		for (var place : placed)
			if (before.containsKey(place))
				Files.move(before.remove(place), place, REPLACE_EXISTING);
			else
				Files.delete(place);
		if (!placed.isEmpty())
			look(placed::contains);
		for (var old : before.values())
			Files.delete(old);
	}

	/** While the framework stops, nothing is started any more. */
	private void look(Predicate<Path> whole) {
		busy.lock();
		try {
			if (context.getBundle(Constants.SYSTEM_BUNDLE_ID).getState() == Bundle.STOPPING || !Files.isDirectory(folder))
				return;
			var found = scan.look(whole);
			boolean retry = bundlesChanged && deployment.waits();
			bundlesChanged = false;
			if (!found.none())
				deployment.apply(found);
			else if (retry)
				deployment.startAll();
		} catch (IOException e) {
			log.log(System.Logger.Level.ERROR, folder + " cannot be read", e);
		} finally {
			busy.unlock();
		}
	}
}
