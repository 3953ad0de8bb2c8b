package bus.boot;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.osgi.framework.BundleException;
import org.osgi.framework.FrameworkEvent;
import org.osgi.framework.launch.Framework;

/**
 * SIGTERM, SIGINT and SIGHUP stop the framework: the launcher's main thread sees it end and leaves with 0. A shutdown
 * hook could stop the bundles too, but the process would end with 143, which calls a clean end a failure.
 */
final class Signals {
	private static final List<String> NAMES = List.of("TERM", "INT", "HUP");
	private static final long PATIENCE_S = 20;
	private static final int FAILED = 1;

	private final Framework framework;
	private final AtomicBoolean stopping = new AtomicBoolean();

	private Signals(Framework framework) {
		this.framework = framework;
	}

	/** Begins to listen. JLine takes SIGINT over while it reads a line. */
	static void stopping(Framework framework) {
		var signals = new Signals(framework);
		for (var name : NAMES)
			signals.handle(name);
		// for those who call System.exit, like system:exit in the shell
		Runtime.getRuntime().addShutdownHook(new Thread(signals::stopFramework, "vport exit"));
	}

	/** By reflection, because javac warns of every mention of sun.misc.Signal and cannot be told not to. */
	private void handle(String name) {
		try {
			var signal = Class.forName("sun.misc.Signal");
			var handler = Class.forName("sun.misc.SignalHandler");
			InvocationHandler received = (proxy, method, arguments) -> switch (method.getName()) {
				case "handle" -> {
					Thread.ofPlatform().name("vport stop").start(this::stop);
					yield null;
				}
				case "equals" -> proxy == arguments[0];
				case "hashCode" -> System.identityHashCode(proxy);
				default -> name;
			};
			signal.getMethod("handle", signal, handler).invoke(null, signal.getConstructor(String.class).newInstance(name),
					Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[] { handler }, received));
		} catch (ReflectiveOperationException e) {
			// -Xrs, or ignored from the start as under nohup: then the signal is not ours to answer
			System.getLogger("bus.boot").log(System.Logger.Level.DEBUG, "SIG" + name + " is not handled", e);
		}
	}

	private void stop() {
		if (!stopping.compareAndSet(false, true))
			Runtime.getRuntime().halt(FAILED); // asked twice: the user does not want to wait for the bundles
		stopFramework();
	}

	private void stopFramework() {
		try {
			framework.stop();
			var end = framework.waitForStop(TimeUnit.SECONDS.toMillis(PATIENCE_S));
			if (end.getType() == FrameworkEvent.WAIT_TIMEDOUT) {
				System.err.println("vport: a bundle did not stop within " + PATIENCE_S + " s: ending without it");
				Runtime.getRuntime().halt(FAILED);
			}
		} catch (BundleException e) {
			System.err.println("vport: " + e.getMessage());
		} catch (InterruptedException e) {
			Thread.currentThread().interrupt();
		}
	}
}
