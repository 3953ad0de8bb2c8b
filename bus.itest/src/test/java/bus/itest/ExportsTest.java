package bus.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** What the bundles say of packages to each other, in the manifests of the jars as they were built. */
@TestInstance(Lifecycle.PER_CLASS)
class ExportsTest {
	/** A package and its attributes; a comma within quotes separates nothing. */
	private static final Pattern CLAUSE = Pattern.compile("([\\w.]+)((?:;[\\w:.-]+=(?:\"[^\"]*\"|[^,;\"]*))*)(?:,|$)");
	private static final Pattern VERSION = Pattern.compile(";version=\"?([^\";]*)");

	private final Map<String, Path> modules = new TreeMap<>();
	/** Services that bundles of others look for. */
	private static final Set<String> FOR_OTHERS = Set.of("port.guestagent");

	private final Map<String, Map<String, String>> exports = new HashMap<>();
	private final Map<String, Map<String, String>> imports = new HashMap<>();

	@BeforeAll
	void readManifests() throws IOException {
		try (var folders = Files.list(VportProcess.root())) {
			for (var module : folders.filter(folder -> Files.exists(folder.resolve("bnd.bnd"))).toList()) {
				var name = module.getFileName().toString();
				try (var jars = Files.newDirectoryStream(module.resolve("target"), name + "-*.jar")) {
					for (var path : jars)
						read(name, module, path);
				}
			}
		}
		assertTrue(modules.containsKey("bus.api"), modules.toString());
	}

	private void read(String name, Path module, Path path) throws IOException {
		try (var jar = new JarFile(path.toFile())) {
			var headers = jar.getManifest().getMainAttributes();
			modules.put(name, module);
			exports.put(name, versions(headers.getValue("Export-Package")));
			imports.put(name, versions(headers.getValue("Import-Package")));
		}
	}

	private static Map<String, String> versions(String header) {
		var versions = new TreeMap<String, String>();
		var clause = CLAUSE.matcher(header == null ? "" : header);
		while (clause.find()) {
			var version = VERSION.matcher(clause.group(2));
			versions.put(clause.group(1), version.find() ? version.group(1) : "");
		}
		return versions;
	}

	@Test
	void exportedPackages_haveVersionsOfTheirOwn() throws IOException {
		var without = new ArrayList<String>();
		for (var bundle : exports.entrySet())
			for (var name : bundle.getValue().keySet()) {
				var info = modules.get(bundle.getKey()).resolve("src/main/java").resolve(name.replace('.', '/'))
						.resolve("package-info.java");
				if (!Files.exists(info) || !Files.readString(info).contains("\n@Version("))
					without.add(bundle.getKey() + ": " + name);
			}
		assertEquals(List.of(), without);
	}

	/** Below 1.0 a package is vport's own business; from there on others may rely on its version. */
	@Test
	void exportedPackagesFromVersionOneOn_areComparedWithTheRelease() throws IOException {
		for (var bundle : exports.entrySet()) {
			boolean promised = bundle.getValue().values().stream().anyMatch(version -> !version.startsWith("0."));
			var module = modules.get(bundle.getKey());
			var said = bundle + " in ";
			assertEquals(promised, Files.readString(module.resolve("pom.xml")).contains("bnd-baseline-maven-plugin"),
					said + "pom.xml");
			assertEquals(promised, Files.readString(module.resolve("bnd.bnd")).contains("-baseline: *"), said + "bnd.bnd");
		}
	}

	@Test
	void exportedPackages_areImportedBySomebody_orMadeForOthers() {
		var unused = new ArrayList<String>();
		for (var bundle : exports.entrySet())
			for (var name : bundle.getValue().keySet())
				if (!FOR_OTHERS.contains(name) && imports.entrySet().stream().noneMatch(other -> !other.getKey().equals(bundle.getKey())
						&& other.getValue().containsKey(name)))
					unused.add(bundle.getKey() + ": " + name);
		assertEquals(List.of(), unused);
	}

	/** A port outlives new abilities of the bus; what implements the bus has to know them all. */
	@Test
	void api_importedByPortsUpToNextMajor_byTheBusUpToNextMinor() {
		var version = exports.get("bus.api").get("bus.api").split("\\.");
		int major = Integer.parseInt(version[0]);
		int minor = Integer.parseInt(version[1]);
		var port = "[%d.%d,%d)".formatted(major, minor, major + 1);
		var bus = "[%d.%d,%d.%d)".formatted(major, minor, major, minor + 1);
		assertEquals(Map.of("port.console", port, "port.file", port, "port.socket", port, "bus.core", bus,
				"bus.whiteboard", bus), ranges("port.console", "port.file", "port.socket", "bus.core", "bus.whiteboard"));
	}

	private Map<String, String> ranges(String... bundles) {
		var ranges = new HashMap<String, String>();
		for (var bundle : bundles)
			ranges.put(bundle, imports.get(bundle).get("bus.api"));
		return ranges;
	}
}
