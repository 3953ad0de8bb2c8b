package bus.boot;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;

import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.SynchronousBundleListener;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.startlevel.BundleStartLevel;

/** Prepares the process for the bundles. Public because the bnd launcher makes an instance by name. */
public final class Boot implements BundleActivator {
	/** Tells the bnd launcher when to run this. */
	public static final String IMMEDIATE = "BEFORE_BUNDLES_START";

	static final String FOLDER = "vport.config";

	private static final String SHELL = "org.apache.felix.gogo.jline";
	private static final int SHELL_START_LEVEL = 2;
	private static final int WRONG_USE = 2;

	@Override
	public void start(BundleContext context) {
		Log.install(System.getenv("VPORT_LOG"));
		nameFolder(System.getProperty(FOLDER));
		holdBack(context);
		var framework = context.getBundle(0).adapt(Framework.class);
		Signals.stopping(framework);
		var main = new MainThread();
		context.addBundleListener(main);
		context.registerService(Callable.class, main, FrameworkUtil.asDictionary(Map.of("main.thread", true)));
	}

	@Override
	public void stop(BundleContext context) {
	}

	/**
	 * Keeps the shell from starting: the framework stays at level 1 until bus.app is ready and has seen a terminal. So a
	 * service manager's /dev/null, which the shell would take for the end of its input, never meets a shell.
	 */
	private static void holdBack(BundleContext context) {
		for (var bundle : context.getBundles())
			if (SHELL.equals(bundle.getSymbolicName()))
				bundle.adapt(BundleStartLevel.class).setStartLevel(SHELL_START_LEVEL);
		// JLine asks the context class loader for its terminal providers; with none it asks its own bundle, which has
		// them. STARTING is told on the thread that is about to start the shell
		SynchronousBundleListener forgetLoader = event -> {
			if (event.getType() == BundleEvent.STARTING && SHELL.equals(event.getBundle().getSymbolicName()))
				Thread.currentThread().setContextClassLoader(null);
		};
		context.addBundleListener(forgetLoader);
	}

	/** FileInstall would otherwise invent a folder named "load" in the current one. */
	private static void nameFolder(String folder) {
		if (folder == null || !Files.isDirectory(Path.of(folder))) {
			System.err.println("vport: " + FOLDER + "=" + folder + ": must name the folder of the configurations: java -D"
					+ FOLDER + "=DIR -jar vport.jar");
			System.exit(WRONG_USE);
		}
		System.setProperty("felix.fileinstall.dir", Path.of(folder).toAbsolutePath().normalize().toString());
	}
}
