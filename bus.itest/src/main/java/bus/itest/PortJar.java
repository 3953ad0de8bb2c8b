package bus.itest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

import org.osgi.framework.Bundle;

/**
 * A bundle as a vendor would deliver it, made here.
 *
 * @param entries what is in it beside the manifest
 */
record PortJar(Manifest manifest, Map<String, byte[]> entries) {

	/** The bundle port.file under another name, as a kind of port of that name. */
	static PortJar of(Operator operator, String name, String version) throws IOException {
		var bundle = operator.bundle("port.file");
		var jar = new PortJar(manifest(bundle), new LinkedHashMap<>());
		jar.name(name, version);
		for (URL url : Collections.list(bundle.findEntries("/", "*", true))) {
			var path = url.getPath().substring(1);
			if (path.endsWith("/") || path.equals("META-INF/MANIFEST.MF"))
				continue;
			try (var in = url.openStream()) {
				var bytes = in.readAllBytes();
				jar.entries.put(path, path.endsWith(".xml") ? new String(bytes, UTF_8).replace("\"port.file\"",
						"\"" + name + "\"").replace("value=\"file\"", "value=\"" + name.substring(name.indexOf('.') + 1)
						+ "\"").getBytes(UTF_8) : bytes);
			}
		}
		return jar;
	}

	/** A bundle without code. */
	static PortJar bundle(String name, String version, String header) {
		var jar = plain();
		jar.name(name, version);
		jar.manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
		if (!header.isEmpty())
			jar.manifest.getMainAttributes().putValue(header.substring(0, header.indexOf(": ")),
					header.substring(header.indexOf(": ") + 2));
		return jar;
	}

	static PortJar plain() {
		var manifest = new Manifest();
		manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
		return new PortJar(manifest, new LinkedHashMap<>());
	}

	private static Manifest manifest(Bundle bundle) throws IOException {
		var manifest = new Manifest();
		manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
		for (var header : List.of("Import-Package", "Require-Capability", "Provide-Capability", "Service-Component",
				"Bundle-ManifestVersion"))
			manifest.getMainAttributes().putValue(header, bundle.getHeaders("").get(header));
		return manifest;
	}

	private void name(String name, String version) {
		manifest.getMainAttributes().putValue("Bundle-SymbolicName", name);
		manifest.getMainAttributes().putValue("Bundle-Version", version);
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
