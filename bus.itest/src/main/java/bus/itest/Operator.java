package bus.itest;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.function.Predicate;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

import bus.api.PortInfo;
import bus.api.SerialBusRuntime;
import guest.driver.ConsoleDriver;
import guest.driver.GuestSidePort;

/**
 * Who runs vport: writes configurations, looks at ports, starts guests. After the test everything is taken away again, and
 * it is checked that it goes.
 */
final class Operator implements BeforeEachCallback, AfterEachCallback {
	/** Room for ports on every bus and in every guest here. */
	static final int PORTS = 7;
	/** Ports go before buses, or they would complain. */
	private static final List<String> KINDS = List.of("org.apache.felix.fileinstall", "guest.driver", "port.file",
			"port.socket", "port.console", "bus.vhostuser");

	private final BundleContext context = FrameworkUtil.getBundle(Operator.class).getBundleContext();
	private final Deque<Closeable> open = new ArrayDeque<>();
	private Path folder;

	@Override
	public void beforeEach(ExtensionContext test) throws IOException {
		folder = Files.createTempDirectory("vport"); // short: a UNIX socket's path has room for 107 bytes
	}

	Path path(String name) {
		return folder.resolve(name);
	}

	/** Writes a configuration, whole: a PID such as {@code port.socket~x} and lines as in its file. */
	void configure(String pid, String... lines) throws IOException {
		String[] parts = pid.split("~");
		admin().getFactoryConfiguration(parts[0], parts[1], "?").update(properties(lines));
	}

	/** Writes the configuration of something that there is one of, until the test ends; in force when this returns. */
	void configureAlone(String pid, String... lines) throws IOException {
		var configuration = admin().getConfiguration(pid, "?");
		open.push(() -> configuration.delete());
		configuration.update(properties(lines));
		// Config Admin tells later, and a service shows its properties when its component has taken them
		var taken = "(&(service.pid=" + pid + ")(" + String.join(")(", lines) + "))";
		Await.until(taken, () -> context.getAllServiceReferences(null, taken) != null);
	}

	private static Dictionary<String, Object> properties(String... lines) {
		Dictionary<String, Object> properties = new Hashtable<>();
		for (String line : lines)
			properties.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
		return properties;
	}

	/** A bus with its socket where {@link #guest} looks for it, registered when this returns. */
	void bus(String name) throws IOException {
		configure("bus.vhostuser~" + name, "socket=" + socket(name), "ports=" + PORTS);
		Await.until("bus " + name, () -> hasBus(name));
	}

	boolean hasBus(String name) {
		return runtime().buses().stream().anyMatch(bus -> bus.name().equals(name));
	}

	Path socket(String bus) {
		return path(bus + ".sock");
	}

	/** A port configured and plugged. */
	PortInfo plug(String pid, String... lines) throws IOException {
		configure(pid, lines);
		return await(pid, PortInfo.State.PLUGGED);
	}

	void delete(String pid) throws IOException {
		String[] parts = pid.split("~");
		admin().getFactoryConfiguration(parts[0], parts[1], "?").delete();
	}

	private ConfigurationAdmin admin() {
		return service(ConfigurationAdmin.class);
	}

	SerialBusRuntime runtime() {
		return service(SerialBusRuntime.class);
	}

	/** Waits for a service, which comes and goes with its bundle. */
	<T> T service(Class<T> type) {
		return service(type, null);
	}

	<T> T service(Class<T> type, String filter) {
		return Await.value("service " + type.getName() + " " + filter, () -> context.getServiceReferences(type, filter)
				.stream().map(context::getService).filter(service -> service != null).findFirst().orElse(null));
	}

	Bundle bundle(String name) {
		for (var bundle : context.getBundles())
			if (bundle.getSymbolicName().equals(name))
				return bundle;
		throw new IllegalArgumentException("no bundle " + name);
	}

	BundleContext framework() {
		return context;
	}

	/** The port of a configuration, or null. */
	PortInfo port(String pid) {
		String label = pid.substring(pid.indexOf('~') + 1);
		return runtime().ports().stream().filter(port -> port.label().equals(label)).findFirst().orElse(null);
	}

	PortInfo await(String pid, PortInfo.State state) {
		return await(pid, state.toString(), port -> port.state() == state);
	}

	PortInfo await(String pid, String what, Predicate<PortInfo> wanted) {
		return Await.value(pid + " " + what, () -> {
			var port = port(pid);
			return port != null && wanted.test(port) ? port : null;
		});
	}

	/** A virtual machine with a driver that runs. */
	ConsoleDriver guest(String bus) throws IOException {
		return keep(ConsoleDriver.connect(socket(bus), PORTS));
	}

	/** Closed after the test, before the configurations go. */
	<T extends AutoCloseable> T keep(T closeable) {
		open.push(() -> {
			try {
				closeable.close();
			} catch (IOException e) {
				throw e;
			} catch (Exception e) {
				throw new IOException(e);
			}
		});
		return closeable;
	}

	/** A port of the guest, opened by a program there. */
	static GuestSidePort opened(ConsoleDriver guest, String name) throws IOException {
		var port = guest.awaitPort(name, Await.PATIENCE);
		port.open();
		return port;
	}

	@Override
	public void afterEach(ExtensionContext test) throws Exception {
		for (Closeable closeable : open)
			closeable.close();
		awaitFileInstall();
		for (String kind : KINDS)
			deleteConfigurations(kind);
		Await.until("no ports left, but " + runtime().ports(), () -> runtime().ports().isEmpty());
		Await.until("no buses left", () -> runtime().buses().isEmpty());
		Await.until("sockets and links removed", () -> left().isEmpty());
		try (var files = Files.walk(folder)) {
			for (var file : files.sorted(Comparator.reverseOrder()).toList())
				Files.delete(file);
		}
	}

	/**
	 * Waits until File Install knows every file of the folder, if there is one: it would make a configuration again that is
	 * deleted while it is reading what bus.app has just written of it. A scan ends before the next one begins, so that a file
	 * which comes with one and goes with the next has seen all others read.
	 */
	private void awaitFileInstall() throws Exception {
		var folder = Path.of(context.getProperty("felix.fileinstall.dir"));
		if (!Files.isDirectory(folder))
			return;
		var file = Files.writeString(folder.resolve("test.scan.cfg"), "a=b\n");
		Await.until("a scan of " + folder, () -> admin().listConfigurations("(service.pid=test.scan)") != null);
		Files.delete(file);
		Await.until("the next scan of " + folder, () -> admin().listConfigurations("(service.pid=test.scan)") == null);
	}

	void deleteConfigurations(String kind) throws Exception {
		Configuration[] found = admin().listConfigurations("(service.factoryPid=" + kind + ")");
		if (found != null)
			for (var configuration : found)
				configuration.delete();
	}

	private List<Path> left() throws IOException {
		try (var files = Files.list(folder)) {
			return files.filter(file -> !Files.isDirectory(file, NOFOLLOW_LINKS)
					&& !Files.isRegularFile(file, NOFOLLOW_LINKS)).toList();
		}
	}
}
