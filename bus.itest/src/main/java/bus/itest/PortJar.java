package bus.itest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * A bundle as a vendor would deliver it, made here.
 *
 * @param entries what is in it beside the manifest
 */
record PortJar(Manifest manifest, Map<String, byte[]> entries) {

	/** The bundle port.file of this framework under another name, as a kind of port of that name. */
	static PortJar of(Operator operator, String name, String version) throws IOException {
		var bundle = operator.bundle("port.file");
		var jar = new PortJar(new Manifest(), new LinkedHashMap<>());
		for (var url : Collections.list(bundle.findEntries("/", "*", true)))
			try (var in = url.openStream()) {
				jar.put(url.getPath().substring(1), in, name);
			}
		return jar.named(name, version);
	}

	/** The same of a jar. */
	static PortJar of(Path portFile, String name, String version) throws IOException {
		var jar = new PortJar(new Manifest(), new LinkedHashMap<>());
		try (var from = new JarFile(portFile.toFile())) {
			for (var entry : Collections.list(from.entries()))
				try (var in = from.getInputStream(entry)) {
					jar.put(entry.getName(), in, name);
				}
		}
		return jar.named(name, version);
	}

	private void put(String path, InputStream in, String name) throws IOException {
		if (path.equals(JarFile.MANIFEST_NAME))
			manifest.read(in);
		else if (path.endsWith(".xml"))
			entries.put(path, new String(in.readAllBytes(), UTF_8).replace("\"port.file\"", "\"" + name + "\"")
					.replace("value=\"file\"", "value=\"" + name.substring(name.indexOf('.') + 1) + "\"").getBytes(UTF_8));
		else if (!path.endsWith("/"))
			entries.put(path, in.readAllBytes());
	}

	/** A bundle without code. */
	static PortJar bundle(String name, String version, String header) {
		var jar = plain();
		jar.named(name, version);
		jar.manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
		if (!header.isEmpty())
			jar.manifest.getMainAttributes().putValue(header.substring(0, header.indexOf(": ")),
					header.substring(header.indexOf(": ") + 2));
		return jar;
	}

	PortJar with(String header, String value) {
		manifest.getMainAttributes().putValue(header, value);
		return this;
	}

	static PortJar plain() {
		var manifest = new Manifest();
		manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
		return new PortJar(manifest, new LinkedHashMap<>());
	}

	private PortJar named(String name, String version) {
		manifest.getMainAttributes().putValue("Bundle-SymbolicName", name);
		manifest.getMainAttributes().putValue("Bundle-Version", version);
		return this;
	}

	/** Not at once but one write after the other, as cp does. */
	Path write(Path file) throws IOException {
		var bytes = new ByteArrayOutputStream();
		try (var out = new JarOutputStream(bytes)) {
			out.setLevel(0); // so that two versions have the same size
			out.putNextEntry(new JarEntry(JarFile.MANIFEST_NAME));
			manifest.write(out);
			for (var entry : entries.entrySet()) {
				out.putNextEntry(new JarEntry(entry.getKey()));
				new ByteArrayInputStream(entry.getValue()).transferTo(out);
			}
		}
		Files.write(file, bytes.toByteArray());
		return file;
	}
}
