package bus.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;

import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceListener;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.startlevel.FrameworkStartLevel;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

import bus.api.PortInfo;
import bus.api.SerialBus;
import bus.api.SerialBusRuntime;

/**
 * Prints {@code vport ready} when every file of the configuration folder has come to something, then starts the shell if
 * there is a terminal, and from then on reports what is refused.
 */
@Component(immediate = true)
public final class Launcher implements ConfigurationListener {
	/** The bnd launcher registers itself with this when it has started every bundle. */
	private static final String LAUNCHED = "(launcher.ready=true)";
	private static final String SETTINGS = "(|(objectClass=org.osgi.service.cm.ManagedService)"
			+ "(objectClass=org.osgi.service.cm.ManagedServiceFactory))";
	private static final String COMPONENTS_CHANGED = "(objectClass=" + ServiceComponentRuntime.class.getName() + ")";
	private static final int SHELL_START_LEVEL = 2;
	/** The property that names a script to be run instead of a prompt, and the file that is run in any case; bus.shell. */
	private static final String SCRIPT = "vport.script";
	private static final String INIT = "init.gosh";
	private static final long LOOK_AGAIN_MS = 20;
	/** To ask for one service costs microseconds, and everybody waits for the answer. */
	private static final long LAUNCHED_MS = 5;
	private static final long LONGEST_PAUSE_MS = 500;
	/**
	 * The data path allocates nothing, so that nothing would make the collector look at what the start has left, half of
	 * the heap. By then the rehearsal is over as well.
	 */
	private static final long SETTLED_S = 10;
	/** While a kind's bundle is updated, its kind is unknown, and that is not worth a line. */
	private static final long UPDATE_MS = 300;
	private static final long PATIENCE_MS = 10_000;

	private final BundleContext context;
	private final ServiceComponentRuntime runtime;
	private final Optional<Path> folder;
	private final Refusals refusals = new Refusals();
	private final Semaphore changes = new Semaphore(0);
	private final ServiceListener componentsChanged = event -> changes.release();
	private final Thread thread;

	@Activate
	public Launcher(BundleContext context, @Reference ServiceComponentRuntime runtime) throws InvalidSyntaxException {
		this.context = context;
		this.runtime = runtime;
		folder = Optional.ofNullable(context.getProperty("felix.fileinstall.dir")).map(Path::of)
				.filter(Files::isDirectory);
		Logger.getLogger("").addHandler(refusals);
		context.addBundleListener(new Farewell(context));
		context.addServiceListener(componentsChanged, COMPONENTS_CHANGED);
		thread = Thread.ofPlatform().name("vport launcher").daemon().start(this::watch);
	}

	/** The framework takes the listeners off by itself. */
	@Deactivate
	void stop() {
		thread.interrupt();
		Logger.getLogger("").removeHandler(refusals);
	}

	@Override
	public void configurationEvent(ConfigurationEvent event) {
		changes.release();
	}

	private void watch() {
		try {
			awaitReady();
			if (context.getProperty(SCRIPT) == null)
				System.out.println("vport ready"); // else the output is the script's
			startShell();
			CompletableFuture.delayedExecutor(SETTLED_S, TimeUnit.SECONDS).execute(System::gc);
			while (true) {
				changes.acquire();
				Thread.sleep(UPDATE_MS);
				changes.drainPermits();
				report(files(), survey());
			}
		} catch (InterruptedException | IllegalStateException e) {
			Thread.currentThread().interrupt(); // this bundle stops
		}
	}

	/** With a prompt for whoever is at the terminal; without one if there is only a script to be run. */
	private void startShell() {
		boolean script = context.getProperty(SCRIPT) != null;
		boolean prompt = !script && System.console() != null && System.console().isTerminal();
		if (!prompt && !script && folder.map(path -> path.resolve(INIT)).filter(Files::exists).isEmpty())
			return;
		if (!prompt) {
			System.setProperty("gosh.args", "--nointeractive --noshutdown");
			System.setProperty("org.jline.terminal.dumb", "true"); // or it warns of what is no mistake here
		}
		context.getBundle(Constants.SYSTEM_BUNDLE_ID).adapt(FrameworkStartLevel.class).setStartLevel(SHELL_START_LEVEL);
	}

	private void awaitReady() throws InterruptedException {
		while (!found(LAUNCHED))
			Thread.sleep(LAUNCHED_MS);
		long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
		boolean patient = true;
		while (true) {
			long began = System.nanoTime();
			var files = files();
			var survey = survey();
			report(files, survey);
			var missing = files.stream().filter(file -> !survey.settled(file)).map(ConfigFile::name)
					.filter(name -> !refusals.toldOf(name)).toList();
			if (missing.isEmpty())
				return;
			if (patient && System.nanoTime() - deadline > 0) {
				patient = false;
				System.getLogger("vport").log(System.Logger.Level.WARNING, "not ready, still waiting for "
						+ String.join(", ", missing) + "; scr:list in the shell or VPORT_LOG=debug shows more");
			}
			awaitChange(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
		}
	}

	/**
	 * A look at thousands of ports takes as long as many of them take to come up, on the processors that they need for it: so
	 * it has at most half of the time, unless it is so slow that the start would wait for it.
	 */
	private void awaitChange(long lookTookMillis) throws InterruptedException {
		if (lookTookMillis > LOOK_AGAIN_MS) // the first look is slow because it is the first
			Thread.sleep(Math.min(lookTookMillis, LONGEST_PAUSE_MS));
		if (changes.tryAcquire(LOOK_AGAIN_MS, TimeUnit.MILLISECONDS))
			changes.drainPermits(); // each file is a change, and one look sees them all
	}

	/** While the framework stops, kinds vanish one after the other; that is nobody's mistake. */
	private void report(List<ConfigFile> files, Survey survey) {
		if (context.getBundle(Constants.SYSTEM_BUNDLE_ID).getState() == Bundle.ACTIVE)
			refusals.report(files, survey);
	}

	private List<ConfigFile> files() {
		if (folder.isEmpty())
			return List.of();
		try {
			return ConfigFile.in(folder.get());
		} catch (IOException e) {
			System.getLogger("vport").log(System.Logger.Level.ERROR, "cannot read the configuration folder", e);
			return List.of();
		}
	}

	private Survey survey() {
		Map<ComponentDescriptionDTO, Collection<ComponentConfigurationDTO>> components = new HashMap<>();
		for (var component : runtime.getComponentDescriptionDTOs())
			components.put(component, runtime.getComponentConfigurationDTOs(component));
		var buses = new HashSet<String>();
		for (var reference : references(SerialBus.class.getName(), null))
			if (reference.getProperty(SerialBus.BUS) instanceof String name)
				buses.add(name);
		return new Survey(components, otherPids(), buses, ports());
	}

	private Set<String> otherPids() {
		var pids = new HashSet<String>();
		for (var reference : references(null, SETTINGS))
			switch (reference.getProperty(Constants.SERVICE_PID)) {
				case String pid -> pids.add(pid);
				case String[] several -> pids.addAll(Arrays.asList(several));
				case null, default -> { }
			}
		return pids;
	}

	private Optional<List<PortInfo>> ports() {
		var reference = context.getServiceReference(SerialBusRuntime.class);
		var buses = reference == null ? null : context.getService(reference);
		return Optional.ofNullable(buses).map(SerialBusRuntime::ports);
	}

	private boolean found(String filter) {
		return !references(null, filter).isEmpty();
	}

	private List<ServiceReference<?>> references(String type, String filter) {
		try {
			var found = context.getAllServiceReferences(type, filter);
			return found == null ? List.of() : List.of(found);
		} catch (InvalidSyntaxException e) {
			throw new IllegalArgumentException(filter, e);
		}
	}
}
